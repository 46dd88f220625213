from __future__ import annotations

import uuid

import pytest
from flask import Flask
from sqlalchemy import func, select

from tesa.accounts.audit import sealed_hash
from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.save_draft import Subject, save_draft
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import Note, NoteDraft, NoteText
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.cases.rules.drafts import LONGEST
from tesa.core.db import db
from tesa.core.errors import Conflict, NotAllowed, NotFound, Refusal, RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, events_of, make_case
from tests.support.people import make_staff

TEXT = "Ia takut pulang ke rumah."


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_note_is_sealed_on_the_timeline_and_in_the_trail(app: Flask) -> None:
    owner, contact_id = make_staff(), uuid.uuid4()
    case_id = make_case(owner)
    with transaction():
        note_id = write_note(case_id, contact_id, TEXT, owner, NOW)
    text = db.session.scalars(select(NoteText)).one()
    assert TEXT.encode() not in text.body_sealed
    assert db.session.get_one(Note, note_id).contact_id == contact_id
    assert events_of(case_id) == ["opened", "note"]
    (entry,) = audited("note.write")
    assert (entry.actor_id, entry.object_id, entry.case_id) == (owner.id, note_id, case_id)
    assert sealed_hash(text.body_sealed) in entry.details
    assert TEXT not in entry.details


def test_a_note_sent_twice_is_written_once(app: Flask) -> None:
    owner, note_id = make_staff(), uuid.uuid4()
    case_id = make_case(owner)
    for _ in range(2):
        with transaction():
            assert write_note(case_id, None, TEXT, owner, NOW, note_id=note_id) == note_id
    assert (count(Note), count(NoteText)) == (1, 1)


def test_the_id_of_somebody_elses_note(app: Flask) -> None:
    owner, helper, note_id = make_staff(), make_staff(), uuid.uuid4()
    case_id = make_case(owner)
    with transaction():
        write_note(case_id, None, TEXT, owner, NOW, note_id=note_id)
        grant_access(case_id, helper.id, NOW + CONTACT_ACCESS, NOW)
    with pytest.raises(Conflict), transaction():
        write_note(case_id, None, "Teks lain.", helper, NOW, note_id=note_id)
    other_case = make_case(owner, number=None)
    with pytest.raises(Conflict), transaction():
        write_note(other_case, None, TEXT, owner, NOW, note_id=note_id)
    assert count(Note) == 1


@pytest.mark.parametrize("text", ["", " \n\t ", "a" * (LONGEST + 1)])
def test_what_cannot_be_a_note(app: Flask, text: str) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with pytest.raises(RuleBroken), transaction():
        write_note(case_id, None, text, owner, NOW)
    assert count(Note) == 0


@pytest.mark.parametrize(
    ("role", "refusal"),
    [("coordinator", NotAllowed), ("outreach", NotFound), ("administrator", NotFound), ("psychologist", NotFound)],
)
def test_others_cannot_write(app: Flask, role: str, refusal: type[Refusal]) -> None:
    case_id, stranger = make_case(make_staff()), make_staff(role)
    with pytest.raises(refusal), transaction():
        write_note(case_id, None, TEXT, stranger, NOW)
    assert count(Note) == 0


def draft(case_id: uuid.UUID, who: uuid.UUID, text: str, revision: int, window: uuid.UUID) -> int:
    with transaction():
        return save_draft(Subject(case_id, case_id), text, who, revision, NOW, writer=window).revision


def test_the_draft_goes_when_its_note_is_written(app: Flask) -> None:
    owner, window = make_staff(), uuid.uuid4()
    case_id = make_case(owner)
    draft(case_id, owner.id, "Ia takut", 0, window)
    with transaction():
        write_note(case_id, None, "Dia takut pulang.", owner, NOW, note_id=window)
    assert count(NoteDraft) == 0


def test_the_text_of_another_window_stays(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    draft(case_id, owner.id, "Teks jendela lain.", 0, uuid.uuid4())
    with transaction():
        write_note(case_id, None, TEXT, owner, NOW, revision=0, note_id=uuid.uuid4())
    assert count(NoteDraft) == 1
    with transaction():
        write_note(case_id, None, f"{TEXT} Teks jendela lain.", owner, NOW)
    assert count(NoteDraft) == 0


def test_the_text_that_fell_behind_moves_up(app: Flask) -> None:
    owner, here = make_staff(), uuid.uuid4()
    case_id = make_case(owner)
    draft(case_id, owner.id, "Teks di sini", 0, here)
    draft(case_id, owner.id, "Teks jendela lain", 0, uuid.uuid4())  # stale, kept beside
    with transaction():
        write_note(case_id, None, "Teks di sini, lengkap.", owner, NOW, note_id=here)
    left = draft(case_id, owner.id, "Teks jendela lain", 0, uuid.uuid4())  # the same text: not stale
    row = db.session.scalars(select(NoteDraft)).one()
    assert (row.revision, row.other_sealed) == (left, None)


def test_a_draft_of_the_contact_goes_too(app: Flask) -> None:
    owner, contact_id, window = make_staff(), uuid.uuid4(), uuid.uuid4()
    case_id = make_case(owner)
    with transaction():
        save_draft(Subject(contact_id, contact_id), TEXT, owner.id, 0, NOW, writer=window)
    with transaction():
        write_note(case_id, contact_id, TEXT, owner, NOW)
    assert count(NoteDraft) == 0
