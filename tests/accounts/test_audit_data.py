"""`tesa audit verify --data`: everything sealed opens, and notes are what the trail says was written."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text, update

from tesa.accounts.audit import record
from tesa.accounts.audit_cli import audit_group
from tesa.accounts.public import StaffMember
from tesa.cases.actions.edit_note import edit_note
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import Note, NoteText, Person
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import Field, vault
from tesa.core.vault.models import DataKeyRow
from tests.accounts.making import NOW
from tests.cases.making import make_case
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff


@pytest.fixture
def owner(app: Flask, now: MovedClock) -> StaffMember:
    return make_staff()


@pytest.fixture
def case_id(owner: StaffMember) -> uuid.UUID:
    return make_case(owner)


@pytest.fixture
def note_id(owner: StaffMember, case_id: uuid.UUID) -> uuid.UUID:
    """A note of two revisions."""
    with transaction():
        note_id = write_note(case_id, None, "Catatan", owner, NOW)
    with transaction():
        edit_note(case_id, note_id, "Catatan lain", owner, NOW, revision=1)
    return note_id


def checked() -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(audit_group, ["verify", "--data", "--json"], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)["data"]


def faults() -> list[tuple[str, str]]:
    code, data = checked()
    found = [(fault["column"], fault["reason"]) for fault in data["faults"]]
    assert code == (3 if found else 0)
    return found


def text_of(note_id: uuid.UUID, revision: int = 1) -> NoteText:
    db.session.expire_all()
    return db.session.scalars(db.select(NoteText).filter_by(note_id=note_id, revision=revision)).one()


def change(row: NoteText, blob: bytes) -> None:
    with transaction():
        db.session.execute(update(NoteText).where(NoteText.id == row.id).values(body_sealed=blob))


def sealed_again(row: NoteText, case_id: uuid.UUID, words: str) -> bytes:
    """What TeSA itself would seal there: the way of somebody who has the keys."""
    field = Field("note_text", "body", row.id, owner=case_id, klass="note", revision=row.revision)
    return vault.seal(field, words)


def test_all_is_well(note_id: uuid.UUID) -> None:
    code, data = checked()
    assert (code, data["faults"]) == (0, [])
    assert data["opened"] > 5


def test_a_value_that_does_not_open_is_named(note_id: uuid.UUID) -> None:
    row = text_of(note_id)
    change(row, row.body_sealed[:-1] + bytes([row.body_sealed[-1] ^ 1]))
    assert faults() == [("note_text.body_sealed", "closed")]
    result = CliRunner().invoke(audit_group, ["verify", "--data"])
    assert f"note_text.body_sealed {row.id}: closed" in result.stdout


def test_any_sealed_column(note_id: uuid.UUID) -> None:
    with transaction():
        db.session.execute(update(Person).values(name_sealed=b"x"))
    assert faults() == [("person.name_sealed", "closed")]


def test_other_words_that_were_never_written_are_found(note_id: uuid.UUID, case_id: uuid.UUID) -> None:
    row = text_of(note_id)
    with transaction():
        blob = sealed_again(row, case_id, "Bukan yang ditulis")
    change(row, blob)
    assert faults() == [("note_text.body_sealed", "other")]


def test_words_sealed_anew_under_a_later_key_are_the_rotations(
    note_id: uuid.UUID, case_id: uuid.UUID, now: MovedClock
) -> None:
    row = text_of(note_id)
    now.set(NOW + timedelta(days=1))
    with transaction():
        vault.begin(case_id, "note")
        blob = sealed_again(row, case_id, "Catatan")
    change(row, blob)
    keys = db.session.scalars(db.select(DataKeyRow.created_at).filter_by(owner=case_id, klass="note")).all()
    assert max(keys) > NOW
    assert faults() == []


def test_a_later_key_is_no_excuse_for_a_key_that_was_there_before(note_id: uuid.UUID, case_id: uuid.UUID) -> None:
    with transaction():
        vault.begin(case_id, "note")  # made at the same moment as the note
        blob = sealed_again(text_of(note_id), case_id, "Bukan yang ditulis")
    change(text_of(note_id), blob)
    assert faults() == [("note_text.body_sealed", "other")]


@pytest.mark.parametrize("act", ["case.shred", "key.shredded"])
def test_a_note_that_is_gone_is_found_unless_it_was_shredded(note_id: uuid.UUID, case_id: uuid.UUID, act: str) -> None:
    with transaction():
        db.session.execute(text("DELETE FROM note_text"))
        db.session.execute(db.delete(Note))
    assert faults() == [("note_text.body_sealed", "missing")] * 2
    with transaction():
        record(None, act, "case", case_id, NOW, case_id=case_id)
    assert faults() == []


def test_shredded_is_counted_and_no_fault(note_id: uuid.UUID, case_id: uuid.UUID) -> None:
    with transaction():
        db.session.execute(
            update(DataKeyRow).where(DataKeyRow.owner == case_id, DataKeyRow.klass == "note").values(shredded_at=NOW)
        )
    vault.forget()
    code, data = checked()
    assert (code, data["shredded"], data["faults"]) == (0, 2, [])


def test_without_data_nothing_is_opened(app: Flask) -> None:
    result = CliRunner().invoke(audit_group, ["verify", "--json"])
    assert "data" not in json.loads(result.stdout)
