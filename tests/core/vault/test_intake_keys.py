"""What comes in is stored with the public half alone, and that half opens no door to anything else."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest

from tesa.core.vault import Field, KeyFileProblem, KeysAway, Unopenable, wraps
from tesa.core.vault.keystore import StoredDataKey
from tesa.core.vault.records import DataKey, seal_record
from tests.core.vault.memory_store import FlightyProvider, MemoryKeyStore, make_provider, make_vault
from tests.support.moved_clock import BEGINNING

INCOMING = Field("message", "body", uuid.uuid4(), uuid.uuid4(), "contact")
NOTE = Field("note", "body", uuid.uuid4(), uuid.uuid4(), "note")


def planted(store: MemoryKeyStore, owner: uuid.UUID, klass: str) -> DataKey:
    """A key that somebody who may write the database makes with the public half, knowing its secret."""
    key = DataKey(uuid.uuid4(), 99, owner, klass, "intake", os.urandom(32))
    aad = wraps.data_key_aad(key.id, key.version, owner, klass, "intake", "intake-1")
    wrapped = wraps.wrap_for_intake(store.purposes["intake", 1].public, key.secret, aad)
    store.add_data_key(StoredDataKey(key.id, owner, klass, key.version, "intake", "intake-1", wrapped, BEGINNING))
    store.commit()
    return key


def test_a_process_that_never_reached_the_key_service_stores_what_comes_in() -> None:
    provider = FlightyProvider(make_provider())
    _, store = make_vault(provider)
    provider.away, provider.asked = True, 0
    fresh, _ = make_vault(provider, store)
    blob = fresh.seal(INCOMING, "Tolong")
    store.commit()
    assert provider.asked == 0
    with pytest.raises(KeysAway):
        make_vault(provider, store)[0].unseal(INCOMING, blob)
    provider.away = False
    assert make_vault(provider, store)[0].unseal(INCOMING, blob) == "Tolong"


def test_a_known_contact_writes_on_while_the_key_service_is_away() -> None:
    provider = FlightyProvider(make_provider())
    vault, store = make_vault(provider)
    first = vault.seal(INCOMING, "satu")
    store.commit()
    provider.away = True
    second = make_vault(provider, store)[0].seal(INCOMING, "dua")
    store.commit()
    provider.away = False
    reader, _ = make_vault(provider, store)
    assert (reader.unseal(INCOMING, first), reader.unseal(INCOMING, second)) == ("satu", "dua")
    assert len(reader.data_keys(INCOMING.owner, "contact")) == 2


def test_a_damaged_key_row_loses_no_further_message() -> None:
    vault, store = make_vault()
    vault.seal(INCOMING, "satu")
    store.commit()
    [row] = store.rows.values()
    store.change(row.id, wrapped=bytes(len(row.wrapped)))
    vault.forget()
    blob = vault.seal(INCOMING, "dua")
    store.commit()
    vault.forget()
    assert vault.unseal(INCOMING, blob) == "dua"


def test_a_note_waits_for_the_key_service() -> None:
    provider = FlightyProvider(make_provider())
    vault, _ = make_vault(provider)
    provider.away = True
    with pytest.raises(KeysAway):
        vault.seal(NOTE, "rahasia")


def test_an_emergency_may_come_in_as_a_dispatch_and_later_texts_take_the_providers_key() -> None:
    vault, store = make_vault()
    place = Field("dispatch", "place", uuid.uuid4(), uuid.uuid4(), "dispatch")
    came_in = vault.seal(place, "Jalan A", incoming=True)
    written = vault.seal(place, "Jalan B")
    store.commit()
    vault.forget()
    assert (vault.unseal(place, came_in), vault.unseal(place, written)) == ("Jalan A", "Jalan B")
    assert sorted(row.wrap_kind for row in store.rows.values()) == ["intake", "kek"]


@pytest.mark.parametrize("klass", ["note", "staff"])
def test_notes_and_staff_never_come_in(klass: str) -> None:
    vault, store = make_vault()
    with pytest.raises(ValueError, match=klass):
        vault.seal(replace(NOTE, klass=klass), "x", incoming=True)
    assert store.rows == {}


def test_there_are_four_classes() -> None:
    with pytest.raises(ValueError, match="notes"):
        make_vault()[0].seal(replace(NOTE, klass="notes"), "x")


@pytest.mark.parametrize("klass", ["note", "staff", "dispatch"])
def test_a_planted_key_seals_nothing_that_is_written_here(klass: str) -> None:
    vault, store = make_vault()
    field = replace(NOTE, klass=klass)
    bait = planted(store, field.owner, klass)
    blob = vault.seal(field, "rahasia")
    assert uuid.UUID(bytes=blob[4:20]) != bait.id


@pytest.mark.parametrize("klass", ["note", "staff"])
def test_a_planted_key_opens_no_forged_text(klass: str) -> None:
    vault, store = make_vault()
    field = replace(NOTE, klass=klass)
    forged = seal_record(field, planted(store, field.owner, klass), "palsu")
    with pytest.raises(Unopenable):
        vault.unseal(field, forged)


def test_a_foreign_public_half_is_noticed() -> None:
    vault, store = make_vault()
    _, foreign = wraps.new_intake_pair()
    store.purposes["intake", 1] = replace(store.purposes["intake", 1], public=foreign)
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        vault.check()


def test_a_process_that_knows_the_private_half_does_not_use_a_foreign_public_one() -> None:
    vault, store = make_vault()
    vault.purpose_key("intake")
    store.purposes["intake", 1] = replace(store.purposes["intake", 1], public=wraps.new_intake_pair()[1])
    vault._purposes._newest.clear()  # a minute later
    with pytest.raises(Unopenable):
        vault.seal(INCOMING, "Tolong")


@pytest.mark.parametrize("public", [bytes(32), (1).to_bytes(32, "little")])
def test_a_point_that_shares_no_secret_is_refused(public: bytes) -> None:
    with pytest.raises(Unopenable):
        wraps.wrap_for_intake(public, bytes(32), b"aad")
    with pytest.raises(Unopenable):
        wraps.unwrap_from_intake(os.urandom(32), public + bytes(12 + 48), b"aad")
