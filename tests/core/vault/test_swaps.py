"""Every swap of two ciphertexts or of two wrapped keys, across table, column, row, owner, class, version and revision,
fails with one and the same error.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from tesa.core.vault import Field, Unopenable, wraps
from tesa.core.vault.records import DataKey, seal_record
from tesa.core.vault.vault import MAY_COME_IN, Vault
from tests.core.vault.memory_store import MemoryKeyStore, make_vault

OWNERS, ROWS = ([uuid.uuid4(), uuid.uuid4()] for _ in range(2))
CLASSES = ("contact", "note", "dispatch", "staff")


def one_and_the_same(call: Callable[[], object]) -> None:
    """Unopenable, with nothing in it that tells one reason from another."""
    with pytest.raises(Unopenable) as refusal:
        call()
    assert type(refusal.value) is Unopenable
    assert (refusal.value.args, vars(refusal.value)) == (Unopenable().args, {})


def places() -> list[Field]:
    """Two of everything a ciphertext is bound to."""
    return [
        Field(table, column, row, owner, klass, revision)
        for table, column, row, owner, klass, revision in itertools.product(
            ("note", "message"), ("body", "title"), ROWS, OWNERS, CLASSES, (1, 2)
        )
    ]


def second_key(vault: Vault, store: MemoryKeyStore, owner: uuid.UUID, klass: str) -> None:
    """The next version of a data key beside the first, wrapped as the first is."""
    [first] = vault.data_keys(owner, klass)
    fresh = replace(first, id=uuid.uuid4(), version=2)
    aad = wraps.data_key_aad(fresh.id, 2, owner, klass, fresh.wrap_kind, fresh.wrapped_under)
    public = store.purposes["intake", 1].public
    plain = bytes([CLASSES.index(klass), OWNERS.index(owner)]) * 16
    wrapped = wraps.wrap_for_intake(public, plain, aad) if klass == "contact" else vault.provider.wrap(plain, aad)
    store.add_data_key(replace(fresh, wrapped=wrapped))


@pytest.fixture
def made() -> tuple[Vault, MemoryKeyStore, dict[tuple[Field, int], bytes]]:
    """A vault, and a ciphertext for every place under each of two versions of its data key."""
    vault, store = make_vault()
    blobs = {(place, 1): vault.seal(place, "Aku takut pulang.") for place in places()}
    for owner, klass in itertools.product(OWNERS, CLASSES):
        second_key(vault, store, owner, klass)
    store.commit()
    vault.forget()
    blobs |= {(place, 2): vault.seal(place, "Aku takut pulang.") for place in places()}
    store.commit()
    return vault, store, blobs


def test_no_ciphertext_opens_in_the_place_of_another(made) -> None:
    vault, _, blobs = made
    for (place, _version), blob in blobs.items():
        assert vault.unseal(place, blob) == "Aku takut pulang."
    for ((own, _), blob), other in itertools.product(blobs.items(), places()):
        if own != other:
            one_and_the_same(lambda other=other, blob=blob: vault.unseal(other, blob))


def test_no_ciphertext_opens_under_the_name_of_another_key_or_version(made) -> None:
    vault, store, blobs = made
    heads = [(key.id.bytes, key.version.to_bytes(4, "big")) for key in store.rows.values()]
    for (place, _), blob in list(blobs.items())[::7]:
        for key_id, version in heads:
            if (key_id, version) == (blob[4:20], blob[20:24]):
                continue
            for head in (key_id + version, key_id + blob[20:24], blob[4:20] + version):
                if head != blob[4:24]:
                    moved = blob[:4] + head + blob[24:]
                    one_and_the_same(lambda place=place, moved=moved: vault.unseal(place, moved))


def test_no_wrapped_key_opens_in_the_row_of_another(made) -> None:
    vault, store, blobs = made
    rows = dict(store.rows)
    sealed_under = {uuid.UUID(bytes=blob[4:20]): (place, blob) for (place, _), blob in blobs.items()}
    assert set(sealed_under) == set(rows)
    for mine, other in itertools.permutations(rows.values(), 2):
        for parts in (("wrapped",), ("wrapped", "wrap_kind", "wrapped_under"), ("wrapped", "version")):
            store.rows = dict(rows)
            store.change(mine.id, **{part: getattr(other, part) for part in parts})
            vault.forget()
            place, blob = sealed_under[mine.id]
            one_and_the_same(lambda place=place, blob=blob: vault.unseal(place, blob))


def test_no_row_opens_under_the_id_owner_or_class_of_another(made) -> None:
    vault, store, blobs = made
    rows = dict(store.rows)
    for (place, _), blob in list(blobs.items())[::16]:
        mine = rows[uuid.UUID(bytes=blob[4:20])]
        for other in rows.values():
            if other.id == mine.id:
                continue
            store.rows = {**rows, mine.id: replace(other, id=mine.id)}
            vault.forget()
            moved = replace(place, owner=other.owner, klass=other.klass)
            one_and_the_same(lambda moved=moved, blob=blob: vault.unseal(moved, blob))
            one_and_the_same(lambda place=place, blob=blob: vault.unseal(place, blob))


def test_no_purpose_key_opens_in_the_place_of_another() -> None:
    vault, store = make_vault()
    rows = dict(store.purposes)
    for mine, other in itertools.permutations(rows, 2):
        store.purposes = {**rows, mine: replace(rows[mine], wrapped=rows[other].wrapped)}
        vault.forget()
        one_and_the_same(lambda mine=mine: vault.purpose_key(mine[0]))
        store.purposes = {**rows, mine: replace(rows[mine], version=2)}
        vault.forget()
        one_and_the_same(lambda mine=mine: vault.purpose_key(mine[0]))


def test_flips_and_truncations_give_the_same_error_whatever_they_hit() -> None:
    vault, store = make_vault()
    for klass in CLASSES:
        place = Field("note", "body", ROWS[0], OWNERS[0], klass)
        blob = vault.seal(place, "x")
        store.commit()
        for index in range(len(blob) * 8):
            broken = bytearray(blob)
            broken[index // 8] ^= 1 << index % 8
            one_and_the_same(lambda place=place, broken=bytes(broken): vault.unseal(place, broken))
        for broken in (*(blob[:length] for length in range(len(blob))), blob + b"\0", blob[1:], blob * 2):
            one_and_the_same(lambda place=place, broken=broken: vault.unseal(place, broken))


@pytest.mark.parametrize("klass", sorted(set(CLASSES) - MAY_COME_IN))
def test_a_key_of_another_owner_seals_nothing(klass: str) -> None:
    place = Field("note", "body", ROWS[0], OWNERS[0], klass)
    foreign = DataKey(uuid.uuid4(), 1, OWNERS[1], klass, "kek", bytes(32))
    with pytest.raises(ValueError, match="key"):
        seal_record(place, foreign, "x")
