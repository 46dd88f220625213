from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.cases.actions.read_notes import DraftView, read_draft
from tesa.cases.actions.save_draft import Saved, Subject, save_draft
from tesa.cases.models import NoteDraft
from tesa.cases.rules.drafts import LONGEST
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, make_case
from tests.support.people import make_staff


def saved(case_id: uuid.UUID, who: uuid.UUID, text: str, revision: int, seconds: int = 0) -> Saved:
    with transaction():
        return save_draft(Subject(case_id, case_id), text, who, revision, NOW + timedelta(seconds=seconds))


def loaded(case_id: uuid.UUID, who: object) -> DraftView | None:
    with transaction():
        return read_draft(case_id, case_id, who, NOW)


def test_a_draft_is_sealed_grows_and_is_read_again(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    assert loaded(case_id, owner) is None
    first = saved(case_id, owner.id, "Ia tak", 0)
    second = saved(case_id, owner.id, "Ia takut", first.revision, seconds=4)
    assert second == Saved(first.revision + 1, NOW + timedelta(seconds=4))
    row = db.session.scalars(select(NoteDraft)).one()
    assert b"takut" not in row.body_sealed
    assert loaded(case_id, owner) == DraftView(second.revision, second.saved_at, "Ia takut", None)
    assert [e.actor_id for e in audited("draft.read")] == [owner.id]


def test_of_two_windows_neither_text_is_lost(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    first = saved(case_id, owner.id, "Jendela satu", 0)
    clash = saved(case_id, owner.id, "Jendela dua", 0, seconds=9)
    assert clash == Saved(first.revision, NOW, clash=True, text="Jendela satu")
    kept = loaded(case_id, owner)
    assert (kept.text, kept.other) == ("Jendela satu", "Jendela dua")
    # She puts both together and goes on; then the text beside is no longer needed once it is the draft itself.
    both = saved(case_id, owner.id, "Jendela dua", first.revision, seconds=12)
    kept = loaded(case_id, owner)
    assert (both.clash, kept.text, kept.other) == (False, "Jendela dua", None)


def test_the_same_text_sent_again_is_no_clash(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    saved(case_id, owner.id, "Ia takut", 0)
    assert not saved(case_id, owner.id, "Ia takut", 0).clash


def test_drafts_of_two_people_and_of_two_subjects_do_not_meet(app: Flask) -> None:
    owner, other = make_staff(), make_staff()
    case_id, contact_id = make_case(owner), uuid.uuid4()
    saved(case_id, owner.id, "milik satu", 0)
    saved(case_id, other.id, "milik dua", 0)
    saved(contact_id, owner.id, "tentang kontak", 0)
    assert loaded(case_id, owner).text == "milik satu"
    assert len(db.session.scalars(select(NoteDraft)).all()) == 3


def test_a_draft_longer_than_a_note(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with pytest.raises(RuleBroken):
        saved(case_id, owner.id, "a" * (LONGEST + 1), 0)
    assert not saved(case_id, owner.id, "a" * LONGEST, 0).clash


def test_two_windows_that_save_first_at_the_same_moment(app: Flask) -> None:
    owner = make_staff()
    case_id, answers, together = make_case(owner), [], threading.Barrier(2)

    def one(text: str) -> None:
        with app.app_context():
            together.wait()
            answers.append(saved(case_id, owner.id, text, 0))
            db.session.remove()

    threads = [threading.Thread(target=one, args=[text]) for text in ("satu", "dua")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.clash for a in answers) == [False, True]
    kept = loaded(case_id, owner)
    assert {kept.text, kept.other} == {"satu", "dua"}
