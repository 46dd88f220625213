"""A wrapped key opens in its own row alone; and what the process remembers does not outlive what is true."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest

from tesa.core import clock
from tesa.core.vault import Field, KeyFileProblem, Shredded, Unopenable
from tesa.core.vault.cache import KeyCache
from tesa.core.vault.errors import KeysAway
from tesa.core.vault.purposes import SETTLES
from tesa.core.vault.wraps import purpose_key_aad
from tests.core.vault.memory_store import FlightyProvider, make_provider, make_vault
from tests.support.moved_clock import BEGINNING

NOTE = Field("note", "body", uuid.uuid4(), uuid.uuid4(), "note")
CONTACT = replace(NOTE, klass="contact")
BOTH = pytest.mark.parametrize("field", [NOTE, CONTACT], ids=["kek", "intake"])


@BOTH
@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2}, {"version": 0}, {"version": -1}, {"version": 1 << 40}, {"wrap_kind": "kek"},
        {"wrap_kind": "intake"}, {"wrap_kind": ""}, {"wrapped_under": "intake-2"}, {"wrapped_under": "intake-01"},
        {"wrapped_under": "intake-x"}, {"wrapped_under": "intake-"}, {"wrapped_under": "kek-none"},
        {"wrapped_under": ""}, {"wrapped_under": "intake-" + "9" * 80}, {"wrapped": b""}, {"owner": uuid.uuid4()},
        {"klass": "dispatch"},
    ],
)  # fmt: skip
def test_an_edited_row_does_not_open(field: Field, changes: dict[str, object]) -> None:
    vault, store = make_vault()
    blob = vault.seal(field, "rahasia")
    store.commit()
    [row] = store.rows.values()
    if replace(row, **changes) == row:  # type: ignore[arg-type]
        return
    store.change(row.id, **changes)
    vault.forget()
    with pytest.raises(Unopenable):
        vault.unseal(field, blob)


@BOTH
def test_no_bit_of_a_wrapped_key_may_flip_and_no_byte_be_missing(field: Field) -> None:
    vault, store = make_vault()
    blob = vault.seal(field, "rahasia")
    store.commit()
    [row] = store.rows.values()
    broken = [row.wrapped[:length] for length in range(len(row.wrapped))]
    for index in range(len(row.wrapped) * 8):
        flipped = bytearray(row.wrapped)
        flipped[index // 8] ^= 1 << index % 8
        # X25519 ignores the highest bit of a public key, but the key derivation does not
        broken.append(bytes(flipped))
    for wrapped in broken:
        store.change(row.id, wrapped=wrapped)
        vault._by_id.clear()
        with pytest.raises(Unopenable):
            vault.unseal(field, blob)


@BOTH
@pytest.mark.parametrize("change", [{"owner": uuid.uuid4()}, {"klass": "dispatch"}], ids=["owner", "class"])
def test_a_whole_row_given_to_another_owner_or_class_does_not_open(field: Field, change: dict[str, object]) -> None:
    vault, store = make_vault()
    blob = vault.seal(field, "rahasia")
    store.commit()
    [row] = store.rows.values()
    store.change(row.id, **change)
    vault.forget()
    with pytest.raises(Unopenable):
        vault.unseal(replace(field, **change), blob)  # type: ignore[arg-type]


def test_purpose_keys_do_not_change_places() -> None:
    vault, store = make_vault()
    index, pepper = store.purposes["blind-index", 1], store.purposes["pepper", 1]
    store.purposes["blind-index", 1] = replace(index, wrapped=pepper.wrapped)
    with pytest.raises(Unopenable):
        vault.purpose_key("blind-index")
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        vault.check()


def test_a_missing_purpose_key_is_named_with_what_to_do() -> None:
    vault, store = make_vault()
    del store.purposes["audit", 1]
    for asked in (vault.check, lambda: vault.purpose_key("audit")):
        with pytest.raises(KeyFileProblem, match="tesa db upgrade"):
            asked()


def test_two_key_encryption_keys_side_by_side() -> None:
    old, store = make_vault(make_provider("kek-one"))
    first = old.seal(NOTE, "lama")
    store.commit()
    both, _ = make_vault(make_provider("kek-one", "kek-two"), store)
    second = both.seal(replace(NOTE, owner=uuid.uuid4()), "baru")
    store.commit()
    assert both.unseal(NOTE, first) == "lama"
    assert {row.wrapped_under for row in store.rows.values()} == {"kek-one", "kek-two"}
    assert second != first


def test_a_purpose_key_in_two_versions_side_by_side() -> None:
    vault, store = make_vault()
    before = vault.blind_index("number", "+6281234567890")
    under = vault.provider.key_id
    wrapped = vault.provider.wrap(os.urandom(32), purpose_key_aad("blind-index", 2, under))
    store.add_purpose_key(replace(store.purposes["blind-index", 1], version=2, wrapped=wrapped))
    assert vault.blind_indexes("number", "+6281234567890") == (before,)
    vault._purposes._live.clear()  # a minute later
    assert [index >> 12 for index in vault.blind_indexes("number", "+6281234567890")] == [2, 1]
    assert vault.blind_index("number", "+6281234567890") == before, "others do not look things up by it yet"
    store.purposes["blind-index", 2] = replace(store.purposes["blind-index", 2], created_at=clock.now() - SETTLES)
    vault._purposes._live.clear()
    assert vault.blind_index("number", "+6281234567890") >> 12 == 2
    store.purposes["blind-index", 2] = replace(store.purposes["blind-index", 2], retired_at=BEGINNING)
    vault._purposes._live.clear()
    assert vault.blind_index("number", "+6281234567890") == before


def test_shredded_is_said_to_its_owner_alone() -> None:
    vault, store = make_vault()
    blob = vault.seal(NOTE, "rahasia")
    store.commit()
    [row] = store.rows.values()
    store.change(row.id, shredded_at=BEGINNING, wrapped=b"")
    vault.forget()
    with pytest.raises(Shredded):
        vault.unseal(NOTE, blob)
    with pytest.raises(Unopenable):
        vault.unseal(replace(NOTE, owner=uuid.uuid4()), blob)
    assert vault.seal(NOTE, "sesudahnya")[4:20] != blob[4:20]


def test_a_shredded_key_is_forgotten_within_a_minute_however_often_it_is_used() -> None:
    now = [0.0]
    vault, store = make_vault()
    vault._by_id, vault._newest = KeyCache(clock=lambda: now[0]), KeyCache(clock=lambda: now[0])
    blob = vault.seal(NOTE, "rahasia")
    store.commit()
    [row] = store.rows.values()
    store.change(row.id, shredded_at=BEGINNING, wrapped=b"")
    for second in range(60):
        now[0] = float(second)
        assert vault.unseal(NOTE, blob) == "rahasia"
    now[0] = 60.0
    with pytest.raises(Shredded):
        vault.unseal(NOTE, blob)
    assert vault.seal(NOTE, "x")[4:20] != blob[4:20]


def test_only_the_keys_used_last_are_kept() -> None:
    cache: KeyCache[int, str] = KeyCache(size=3)
    for number in range(3):
        cache.put(number, str(number))
    cache.get(0)
    cache.put(3, "3")
    assert [cache.get(number) for number in range(4)] == ["0", None, "2", "3"]
    cache.clear()
    assert cache.get(3) is None


def test_what_is_known_costs_no_look_up() -> None:
    provider = FlightyProvider(make_provider())
    vault, store = make_vault(provider)
    for field in (NOTE, CONTACT):
        first = vault.seal(field, "satu")
        store.commit()
        store.reads, provider.asked = 0, 0
        second = vault.seal(field, "dua")
        assert (vault.unseal(field, first), vault.unseal(field, second)) == ("satu", "dua")
        assert (store.reads, provider.asked) == (0, 0)


def test_a_fresh_owner_costs_no_look_up_either() -> None:
    vault, store = make_vault()
    vault.seal(CONTACT, "x")
    store.commit()
    store.reads = 0
    owner = uuid.uuid4()
    vault.begin(owner, "contact")
    vault.seal(replace(CONTACT, owner=owner), "x")
    assert store.reads == 0


def test_a_provider_that_is_away_is_no_unopenable_text() -> None:
    provider = FlightyProvider(make_provider())
    vault, store = make_vault(provider)
    blob = vault.seal(NOTE, "rahasia")
    store.commit()
    vault.forget()
    provider.away = True
    with pytest.raises(KeysAway):
        vault.unseal(NOTE, blob)
