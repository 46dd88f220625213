"""What a process goes on doing while its key provider is away, and what it does not."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from tesa.core.vault import LATER, Field, KeysAway, Shredded
from tesa.core.vault.cache import KeyCache
from tests.core.vault.memory_store import FlightyProvider, MemoryKeyStore, Vault, make_provider, make_vault
from tests.support.moved_clock import BEGINNING

STAFF = Field("account", "phone", uuid.uuid4(), uuid.uuid4(), "staff")
NOTE = replace(STAFF, klass="note")
CONTACT = replace(STAFF, klass="contact")


@pytest.fixture
def house() -> tuple[Vault, MemoryKeyStore, FlightyProvider, dict[Field, bytes]]:
    """A process that has checked its keys and sealed one text of each class; a minute later the provider goes away."""
    provider = FlightyProvider(make_provider())
    vault, store = make_vault(provider)
    vault.check()
    blobs = {field: vault.seal(field, field.klass) for field in (STAFF, NOTE, CONTACT)}
    store.commit()
    vault._by_id.clear()
    vault._newest.clear()
    provider.away = True
    return vault, store, provider, blobs


def test_staff_and_what_came_in_still_open_and_notes_do_not(house) -> None:
    vault, _, provider, blobs = house
    assert vault.unseal(STAFF, blobs[STAFF]) == "staff"
    assert vault.unseal(CONTACT, blobs[CONTACT]) == "contact"
    with pytest.raises(KeysAway):
        vault.unseal(NOTE, blobs[NOTE])
    assert vault.unseal_unless_away(NOTE, blobs[NOTE]) is None
    provider.away = False
    assert vault.unseal_unless_away(NOTE, blobs[NOTE]) == "note"


def test_what_was_opened_at_the_check_gives_indexes(house) -> None:
    vault, store, provider, _ = house
    provider.asked = 0
    assert vault.index_or_later("number", "+6281234567890") == vault.blind_index("number", "+6281234567890") != LATER
    assert provider.asked == 0
    fresh = Vault(provider, store)
    assert fresh.index_or_later("number", "+6281234567890") == LATER
    with pytest.raises(KeysAway):
        fresh.blind_index("number", "+6281234567890")
    provider.away = False
    assert fresh.index_or_later("number", "+6281234567890") != LATER


@pytest.mark.parametrize("change", [{"version": 2}, {"owner": uuid.uuid4()}, {"klass": "note"}, {"wrap_kind": "x"}])
def test_an_edited_row_of_staff_does_not_open_from_memory(house, change: dict[str, object]) -> None:
    vault, store, _, blobs = house
    [row] = [row for row in store.rows.values() if row.klass == "staff"]
    store.change(row.id, **change)
    with pytest.raises(Exception) as refusal:  # noqa: PT011
        vault.unseal(STAFF, blobs[STAFF])
    assert type(refusal.value).__name__ in ("KeysAway", "Unopenable")


def test_a_shredded_key_of_staff_is_gone_though_the_provider_is_away(house) -> None:
    vault, store, _, blobs = house
    [row] = [row for row in store.rows.values() if row.klass == "staff"]
    store.change(row.id, shredded_at=BEGINNING, wrapped=b"")
    with pytest.raises(Shredded):
        vault.unseal(STAFF, blobs[STAFF])


@pytest.mark.parametrize("forget", ["forget", "forget_data_keys"])
def test_it_is_forgotten_when_told_so(house, forget: str) -> None:
    vault, _, _, blobs = house
    getattr(vault, forget)()
    with pytest.raises(KeysAway):
        vault.unseal(STAFF, blobs[STAFF])


def test_it_is_forgotten_after_a_day() -> None:
    now = [0.0]
    provider = FlightyProvider(make_provider())
    vault, store = make_vault(provider)
    vault._outage = KeyCache(seconds=24 * 3600, clock=lambda: now[0])
    blob = vault.seal(STAFF, "x")
    store.commit()
    vault._by_id.clear()
    provider.away, now[0] = True, 24 * 3600 - 1
    assert vault.unseal(STAFF, blob) == "x"
    vault._by_id.clear()
    now[0] += 24 * 3600
    with pytest.raises(KeysAway):
        vault.unseal(STAFF, blob)
