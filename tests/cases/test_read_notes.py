from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.read_notes import PAGE, read_notes, read_revisions
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import NoteText
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tesa.core.vault import Unopenable
from tests.cases.making import NOW, audited, make_case
from tests.support.people import make_staff

ODD = "NUL \x00, kanan ke kiri \u202eabc\u202c, <script>alert(1)</script>, {{7*7}}, '; DROP TABLE note; --, 🕊"


def test_every_reading_is_on_record_note_by_note(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        ids = [write_note(case_id, None, f"Catatan {n}", owner, NOW + timedelta(minutes=n)) for n in range(3)]
    with transaction():
        notes, older = read_notes(case_id, owner, NOW)
    assert [n.text for n in notes] == ["Catatan 2", "Catatan 1", "Catatan 0"]
    assert not older
    assert "Catatan" not in repr(notes)
    assert [e.object_id for e in audited("note.read")] == ids[::-1]
    assert {(e.actor_id, e.case_id) for e in audited("note.read")} == {(owner.id, case_id)}


def test_without_a_transaction_nothing_is_opened(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        write_note(case_id, None, "Catatan", owner, NOW)
    with pytest.raises(RuntimeError):
        read_notes(case_id, owner, NOW)


def test_whoever_helps_with_a_contact_reads_until_her_access_ends(app: Flask) -> None:
    case_id, helper = make_case(make_staff()), make_staff()
    with transaction():
        grant_access(case_id, helper.id, NOW + CONTACT_ACCESS, NOW)
        assert read_notes(case_id, helper, NOW) == ([], False)
    with pytest.raises(NotFound), transaction():
        read_notes(case_id, helper, NOW + CONTACT_ACCESS)


@pytest.mark.parametrize("role", ["psychologist", "coordinator", "outreach", "administrator"])
def test_for_others_notes_do_not_exist(app: Flask, role: str) -> None:
    owner, stranger = make_staff(), make_staff(role)
    case_id = make_case(owner)
    with transaction():
        note_id = write_note(case_id, None, "Catatan", owner, NOW)
    with pytest.raises(NotFound), transaction():
        read_notes(case_id, stranger, NOW)
    with pytest.raises(NotFound), transaction():
        read_revisions(case_id, note_id, stranger, NOW)
    assert audited("note.read") == []


@pytest.mark.parametrize("text", [ODD, "ا" * 65_536, " \r\n a"])
def test_odd_text_comes_back_as_it_was(app: Flask, text: str) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        write_note(case_id, None, text, owner, NOW)
    with transaction():
        (note,), _older = read_notes(case_id, owner, NOW)
    assert note.text == text


def test_pages_of_notes(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        for n in range(PAGE + 2):
            write_note(case_id, None, f"{n}", owner, NOW)  # all at the same instant
    with transaction():
        first, older = read_notes(case_id, owner, NOW)
        second, oldest = read_notes(case_id, owner, NOW, before=first[-1].id)
    assert (len(first), older, len(second), oldest) == (PAGE, True, 2, False)
    assert {n.text for n in (*first, *second)} == {f"{n}" for n in range(PAGE + 2)}
    with pytest.raises(NotFound), transaction():
        read_notes(case_id, owner, NOW, before=uuid.uuid4())


def test_a_note_moved_to_another_row_does_not_open(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        one = write_note(case_id, None, "Yang satu", owner, NOW)
        write_note(case_id, None, "Yang lain", owner, NOW)
        blob = db.session.scalars(select(NoteText.body_sealed).where(NoteText.note_id == one)).one()
        db.session.execute(update(NoteText).where(NoteText.note_id != one).values(body_sealed=blob))
    with pytest.raises(Unopenable), transaction():
        read_notes(case_id, owner, NOW)
    assert audited("note.read") == []
