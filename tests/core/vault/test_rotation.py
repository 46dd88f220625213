"""Rotation and retirement: what is written stays readable and findable, and the old key is gone in the end."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from config import Settings
from tesa.accounts.models import AuditEntry
from tesa.cases.models import NoteText
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import Shredded, Unopenable, create_key_file, local_provider, sealed_columns, vault
from tesa.core.vault.key_status import key_states
from tesa.core.vault.models import DataKeyRow, KeyRotation, PurposeKey
from tesa.core.vault.purposes import SETTLES
from tesa.core.vault.retirement import NotYet, StillNeeded, retire
from tesa.core.vault.rotation import KINDS, advance, begin, latest
from tesa.core.vault.rotation_needs import needs
from tesa.core.vault.rotation_units import Rotation
from tesa.core.vault.shredding import shred
from tesa.core.vault.tombstones import TombstoneFile
from tests.support.moved_clock import MovedClock
from tests.support.sealed_rows import House, every_column_is_filled, words
from tests.support.settings import bare_app, close_engines, make_settings

A_MINUTE_LATER = 61


@pytest.fixture
def settings(tmp_path: Path, key_file: Path, database_url: str) -> Settings:
    """With a copy of the key file, which this test alone changes."""
    own = tmp_path / "own-keys"
    own.write_bytes(key_file.read_bytes())
    own.chmod(0o600)
    return make_settings(database_url, own)


@pytest.fixture
def house(app: Flask, clock: MovedClock, client: FlaskClient, settings: Settings) -> House:
    clock.set(clock.now() + timedelta(days=400))  # later than the keys of the template
    return House(client, settings)


def last(kind: str) -> Rotation:
    db.session.rollback()
    found = latest(kind)
    assert found is not None
    return found


def finish(kind: str, clock: MovedClock) -> None:
    """Go on to the end, as the worker would within some minutes."""
    for _ in range(2000):
        step = advance(kind, clock.now())
        if step.finished:
            return
        if step.wait_until is not None:
            clock.set(step.wait_until)
            vault.forget()  # the minute of memory is over: the cache counts in seconds of its own
    raise AssertionError("it never ended")


def rotate(kind: str, clock: MovedClock) -> None:
    clock.advance(1)
    begin(kind, clock.now())
    finish(kind, clock)


def test_the_file_of_tombstones_opens_under_the_key_that_is_left(
    house: House, clock: MovedClock, settings: Settings
) -> None:
    owner = uuid.uuid4()
    with transaction():
        shred(owner, "note", "by_hand", clock.now())
    rotate("kek", clock)
    retire("kek", clock.now())
    assert settings.key_file is not None
    started_anew = TombstoneFile(settings.second_place, local_provider(settings.key_file))
    assert [stone.owner for stone in started_anew.read()] == [owner]


@pytest.mark.parametrize("kind", KINDS)
def test_all_stays_readable_and_findable_and_the_old_key_goes(house: House, clock: MovedClock, kind: str) -> None:
    before = words()
    every_column_is_filled(before)
    rotate(kind, clock)
    assert words() == before
    assert needs(last(kind)) == {}
    vault.forget()
    house.is_found()
    house.note("sesudahnya")
    now = words()
    assert retire(kind, clock.now()) >= 1
    vault.forget()
    assert words() == now
    house.is_found()
    with pytest.raises(NotYet, match="no old key"):
        retire(kind, clock.now())


def test_everything_twice_in_a_row(house: House, clock: MovedClock) -> None:
    for round_number in range(2):
        for kind in KINDS:
            rotate(kind, clock)
            house.note(f"catatan {round_number} {kind}")
        before = words()
        for kind in KINDS:
            retire(kind, clock.now())
        vault.forget()
        assert words() == before
        house.is_found()
    assert {state.state for state in key_states(clock.now()) if state.kind in KINDS} == {"at rest"}


def test_no_row_names_an_old_data_key_afterwards(house: House, clock: MovedClock) -> None:
    old = set(db.session.scalars(select(DataKeyRow.id)))
    rotate("data", clock)
    retire("data", clock.now())
    db.session.rollback()
    assert not old & set(db.session.scalars(select(DataKeyRow.id)))
    for column in sealed_columns():
        blobs = [blob for blob in db.session.scalars(select(getattr(column.model, column.column))) if blob]
        assert blobs, column.name
        assert not {uuid.UUID(bytes=blob[4:20]) for blob in blobs} & old, column.name


def test_the_old_key_encryption_key_is_gone_from_the_file(house: House, clock: MovedClock, settings: Settings) -> None:
    key_file = settings.key_file
    assert key_file is not None
    [old] = json.loads(key_file.read_text())["keys"]
    rotate("kek", clock)
    both = json.loads(key_file.read_text())
    assert len(both["keys"]) == 2
    assert both["current"] != old
    assert key_file.stat().st_mode & 0o777 == 0o600
    retire("kek", clock.now())
    assert list(json.loads(key_file.read_text())["keys"]) == [both["current"]]


def test_bytes_of_old_purpose_keys_are_gone(house: House, clock: MovedClock) -> None:
    for kind, name in (("index", "blind-index"), ("intake", "intake")):
        rotate(kind, clock)
        retire(kind, clock.now())
        db.session.rollback()
        row = db.session.get_one(PurposeKey, (name, 1))
        assert (row.wrapped, row.public, row.retired_at) == (b"", None, clock.now())


@pytest.mark.parametrize("kind", KINDS)
def test_retire_refuses_before_the_end(house: House, clock: MovedClock, kind: str) -> None:
    with pytest.raises(NotYet, match="no old key"):
        retire(kind, clock.now())
    begin(kind, clock.now() + timedelta(seconds=1))
    with pytest.raises(NotYet, match="not finished"):
        retire(kind, clock.now())


@pytest.mark.parametrize("kind", KINDS)
def test_retire_refuses_while_a_row_needs_the_old_one_and_names_it(house: House, clock: MovedClock, kind: str) -> None:
    rotate(kind, clock)
    db.session.execute(update(KeyRotation).values(started_at=clock.now() + timedelta(seconds=1), target="999"))
    if kind == "kek":
        db.session.execute(update(DataKeyRow).where(DataKeyRow.wrap_kind == "kek").values(wrapped_under="kek-old"))
    db.session.commit()
    with pytest.raises(StillNeeded) as refused:
        retire(kind, clock.now())
    expected = {
        "kek": {"data_key"},
        "intake": {"data_key"},
        "index": {
            "account.phone_sealed",
            "person_number.number_sealed",
            "contact.caller_sealed",
            "number_flag.number_sealed",
        },
        "data": {column.name for column in sealed_columns()},
    }[kind]
    assert set(refused.value.counts) == expected
    assert all(f"{name}: {count}" in str(refused.value) for name, count in refused.value.counts.items())


def test_what_another_process_writes_under_the_remembered_key_is_caught(
    house: House, clock: MovedClock, client: FlaskClient, settings: Settings
) -> None:
    """The caches of this process stay warm while a second one rotates."""
    house.note("dengan kunci lama")
    other = bare_app(settings)
    other.extensions["tesa_sealed"] = sealed_columns()
    clock.advance(1)
    with other.app_context():
        begin("data", clock.now())
        while advance("data", clock.now()).wait_until is None:
            continue
    house.note("masih dengan kunci lama")
    assert needs(last("data")) == {"note_text.body_sealed": 1}
    before = words()
    vault.forget()
    with other.app_context():
        vault.forget()
        finish("data", clock)
    assert needs(last("data")) == {}
    retire("data", clock.now())
    assert words() == before
    close_engines(other)


def test_nothing_is_written_in_a_version_that_others_do_not_know_yet(house: House, clock: MovedClock) -> None:
    begin("index", clock.now())
    vault.forget()
    assert {index >> 12 for index in vault.blind_indexes("number", house.caller)} == {1, 2}
    assert vault.blind_index("number", house.caller) >> 12 == 1
    clock.advance(SETTLES.total_seconds() + 1)
    assert vault.blind_index("number", house.caller) >> 12 == 2
    house.is_found()


def test_a_process_with_the_old_file_in_memory_opens_what_the_new_key_wraps(
    house: House, clock: MovedClock, settings: Settings
) -> None:
    other = bare_app(settings)
    other.extensions["tesa_sealed"] = sealed_columns()
    with other.app_context():
        assert len(words()) > 0
    rotate("kek", clock)
    before = words()
    with other.app_context():
        vault.forget()
        assert words() == before
        assert vault.provider.key_id == last("kek").target
    close_engines(other)


def test_a_shredded_key_stays_shredded(house: House, clock: MovedClock) -> None:
    with transaction():
        assert shred(house.case, "note", "retention", clock.now()) == 1
    clock.advance(A_MINUTE_LATER)
    rotate("data", clock)
    assert needs(last("data")) == {}
    db.session.rollback()
    live = select(func.count()).select_from(DataKeyRow)
    assert db.session.scalar(live.where(DataKeyRow.owner == house.case, DataKeyRow.shredded_at.is_(None))) == 0
    retire("data", clock.now())
    vault.forget()
    column = next(c for c in sealed_columns() if c.model is NoteText)
    for row in db.session.scalars(select(NoteText)):
        with pytest.raises(Shredded):
            vault.unseal(column.field(row), row.body_sealed)


def test_what_is_shredded_after_a_rotation_is_as_old_as_before(house: House, clock: MovedClock) -> None:
    """A tombstone names an instant; a key that a rotation made counts as old as the words that lie under it."""
    before = clock.now()
    clock.advance(A_MINUTE_LATER)
    rotate("data", clock)
    retire("data", clock.now())
    with transaction():
        assert shred(house.case, "note", "retention", before) == 1


def test_no_word_is_entrusted_to_a_key_that_somebody_put_there(house: House, clock: MovedClock) -> None:
    """Whoever writes the database can wrap a key of her own for the public half of the intake pair."""
    contact = db.session.scalars(select(DataKeyRow).where(DataKeyRow.wrap_kind == "intake")).first()
    assert contact is not None
    with transaction():
        db.session.add(
            DataKeyRow(
                id=uuid.uuid4(), owner=contact.owner, klass=contact.klass, version=7, wrap_kind="intake",
                wrapped_under="intake-1", wrapped=contact.wrapped, created_at=clock.now(),
            )
        )  # fmt: skip
        planted = db.session.scalars(select(DataKeyRow.id).where(DataKeyRow.version == 7)).one()
    rotate("data", clock)
    for column in sealed_columns():
        for blob in db.session.scalars(select(getattr(column.model, column.column))):
            assert blob is None or uuid.UUID(bytes=blob[4:20]) != planted


def test_a_damaged_row_stands_in_nobodys_way_but_is_not_given_up(house: House, clock: MovedClock) -> None:
    words_of_note = db.session.scalars(select(NoteText)).first()
    assert words_of_note is not None
    with transaction():
        db.session.execute(
            update(NoteText)
            .where(NoteText.id == words_of_note.id)
            .values(body_sealed=words_of_note.body_sealed[:-1] + b"?")
        )
    rotate("data", clock)
    with pytest.raises(StillNeeded, match=r"note_text.body_sealed: 1"):
        retire("data", clock.now())
    db.session.expire_all()
    with pytest.raises(Unopenable):
        words()


def test_a_second_begin_goes_on_with_the_first(house: House, clock: MovedClock) -> None:
    for kind in KINDS:
        first, fresh = begin(kind, clock.now())
        again, new = begin(kind, clock.now())
        assert (first.id, fresh, new) == (again.id, True, False)


def test_the_trail_says_what_happened_to_keys(house: House, clock: MovedClock) -> None:
    rotate("kek", clock)
    retire("kek", clock.now())
    acts = list(db.session.scalars(select(AuditEntry.act).where(AuditEntry.kind == "key_rotation")))
    assert acts == ["keys.rotated", "keys.rotation_finished", "keys.retired"]


def test_status_counts_and_says_what_to_do(house: House, clock: MovedClock) -> None:
    def state(kind: str) -> tuple[str, bool, str]:
        found = next(s for s in key_states(clock.now()) if s.kind == kind)
        return found.state, found.due, found.next

    assert state("data") == ("at rest", False, "-")
    begin("data", clock.now() + timedelta(seconds=1))
    assert state("data")[:2] == ("rotating", True)
    while advance("data", clock.now()).wait_until is None:
        continue
    assert state("data")[:2] == ("settling", True)
    finish("data", clock)
    assert state("data") == ("replaced", True, "tesa keys retire data")
    retire("data", clock.now())
    assert state("data") == ("at rest", False, "-")
    shown = json.dumps([s.as_dict() for s in key_states(clock.now())])
    assert house.caller not in shown
    assert {"audit", "pepper"} <= {s.kind for s in key_states(clock.now())}


def test_a_key_file_is_replaced_whole_and_keeps_what_it_had(tmp_path: Path) -> None:
    from tesa.core.vault import local_provider

    path = tmp_path / "keys"
    create_key_file(path)
    provider, other = local_provider(path), local_provider(path)
    old = provider.key_id
    wrapped = provider.wrap(b"k" * 32, b"aad")
    added = provider.add_key()
    assert {old, added} == provider.key_ids
    assert other.key_id == added
    assert other.unwrap(wrapped, b"aad", old) == b"k" * 32
    assert provider.remove_keys(frozenset({added})) == frozenset(), "the one that wraps stays"
    assert provider.remove_keys(provider.key_ids) == {old}
    with pytest.raises(Unopenable):
        local_provider(path).unwrap(wrapped, b"aad", old)
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]


def test_an_unfit_file_changes_nothing_in_a_running_process(tmp_path: Path) -> None:
    from tesa.core.vault import local_provider

    path = tmp_path / "keys"
    create_key_file(path)
    provider = local_provider(path)
    wrapped, name = provider.wrap(b"k" * 32, b"aad"), provider.key_id
    path.write_text("{}")
    assert provider.unwrap(wrapped, b"aad", name) == b"k" * 32
    assert provider.key_id == name
    path.unlink()
    assert provider.key_id == name


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["data", "index"])
def test_a_row_that_somebody_holds_is_not_waited_for_and_comes_later(
    house: House, clock: MovedClock, kind: str
) -> None:
    """She who writes the row goes first, and keeps what she has written."""
    clock.advance(1)
    with db.engine.begin() as somebody:
        somebody.execute(text("set lock_timeout = '2s'"))
        somebody.execute(text("select id from person_number for update"))
        begin(kind, clock.now())
        for _ in range(200):
            step = advance(kind, clock.now())
            assert not step.finished
            if step.wait_until is not None:
                clock.set(step.wait_until)
            if step.missed:
                break
        else:
            raise AssertionError("nobody held it")
        assert needs(last(kind))["person_number.number_sealed"] == 1
        with pytest.raises(NotYet):
            retire(kind, clock.now())
    before = words()
    finish(kind, clock)
    assert needs(last(kind)) == {}
    assert retire(kind, clock.now()) >= 1
    vault.forget()
    assert words() == before


@pytest.mark.postgres
def test_retire_waits_for_transactions_that_are_older(house: House, clock: MovedClock) -> None:
    """What they have sealed under the old key nobody can see yet."""
    with db.engine.begin() as somebody:
        somebody.execute(text("select id from account"))
        rotate("data", clock)
        with pytest.raises(NotYet, match="old transactions"):
            retire("data", clock.now())
    assert retire("data", clock.now()) >= 1
