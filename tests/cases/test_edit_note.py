from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tesa.cases.actions.edit_note import edit_note
from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.read_notes import read_revisions
from tesa.cases.actions.write_note import write_note
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, events_of, make_case
from tests.support.people import make_staff


def test_what_a_note_said_before_stays(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        note_id = write_note(case_id, None, "Yang pertama.", owner, NOW)
    with transaction():
        assert edit_note(case_id, note_id, "Yang kedua.", owner, NOW, 1) == 2
    with transaction():
        said = [(n.revision, n.text) for n in read_revisions(case_id, note_id, owner, NOW)]
    assert said == [(2, "Yang kedua."), (1, "Yang pertama.")]
    assert events_of(case_id) == ["opened", "note", "note_edited"]
    assert len(audited("note.edit")) == 1
    assert len(audited("note.read")) == 2


def test_a_stale_revision_changes_nothing(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        note_id = write_note(case_id, None, "Yang pertama.", owner, NOW)
        edit_note(case_id, note_id, "Yang kedua.", owner, NOW, 1)
    for revision in (0, 1, 3):
        with pytest.raises(Conflict), transaction():
            edit_note(case_id, note_id, "Yang lama.", owner, NOW, revision)
    with transaction():
        assert [n.text for n in read_revisions(case_id, note_id, owner, NOW)] == ["Yang kedua.", "Yang pertama."]


def test_only_the_author_changes_a_note(app: Flask) -> None:
    owner, helper = make_staff(), make_staff()
    case_id, other_case = make_case(owner), make_case(helper, number=None)
    with transaction():
        note_id = write_note(case_id, None, "Yang pertama.", owner, NOW)
        grant_access(case_id, helper.id, NOW + CONTACT_ACCESS, NOW)
    with pytest.raises(NotAllowed), transaction():
        edit_note(case_id, note_id, "Punya saya.", helper, NOW, 1)
    with pytest.raises(NotFound), transaction():
        edit_note(other_case, note_id, "Lewat kasus lain.", helper, NOW, 1)
    with pytest.raises(NotFound), transaction():
        edit_note(case_id, uuid.uuid4(), "Tidak ada.", owner, NOW, 1)
    with pytest.raises(RuleBroken), transaction():
        edit_note(case_id, note_id, "  ", owner, NOW, 1)
