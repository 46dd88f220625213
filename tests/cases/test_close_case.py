from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.read_notes import read_notes
from tesa.cases.actions.reopen_case import reopen_case
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.core.errors import NotAllowed, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, case_of, events_of, make_case
from tests.support.people import make_staff


def test_closing_and_reopening(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        close_case(case_id, "goals_met", "Ia sudah kembali bersekolah.", owner, NOW)
    case = case_of(case_id)
    assert (case.status, case.closed_at, case.closure_reason) == ("closed", NOW, "goals_met")
    with transaction():
        (note,), _more = read_notes(case_id, owner, NOW)
    assert (note.kind, note.text) == ("closure", "Ia sudah kembali bersekolah.")
    with transaction():
        reopen_case(case_id, owner, NOW)
    case = case_of(case_id)
    assert (case.status, case.closed_at, case.closure_reason) == ("reopened", None, None)
    assert events_of(case_id) == ["opened", "note", "closed", "reopened"]
    assert [e.details for e in audited("case.close")] == ['{"reason":"goals_met"}']
    assert len(audited("case.reopen")) == 1


def test_a_reason_of_the_list_is_needed_and_a_case_is_closed_once(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with pytest.raises(RuleBroken), transaction():
        close_case(case_id, "bored", "", owner, NOW)
    with transaction():
        close_case(case_id, "moved", "", owner, NOW)
    with pytest.raises(RuleBroken), transaction():
        close_case(case_id, "moved", "", owner, NOW)
    with transaction():
        reopen_case(case_id, owner, NOW)
    with pytest.raises(RuleBroken), transaction():
        reopen_case(case_id, owner, NOW)


def test_nobody_reopens_a_case_beside_another_one(app: Flask) -> None:
    owner = make_staff()
    first = make_case(owner)
    with transaction():
        close_case(first, "duplicate", "", owner, NOW)
    make_case(owner, person_id=case_of(first).person_id)
    with pytest.raises(RuleBroken), transaction():
        reopen_case(first, owner, NOW)
    assert case_of(first).status == "closed"


def test_who_may_close(app: Flask) -> None:
    owner, helper, other, coordinator = make_staff(), make_staff(), make_staff(), make_staff("coordinator")
    case_id = make_case(owner)
    with transaction():
        grant_access(case_id, helper.id, NOW + CONTACT_ACCESS, NOW)
    with pytest.raises(NotAllowed), transaction():
        close_case(case_id, "moved", "", helper, NOW)
    for stranger in (other, make_staff("outreach"), make_staff("administrator")):
        with pytest.raises(NotFound), transaction():
            close_case(case_id, "moved", "", stranger, NOW)
    with pytest.raises(NotFound), transaction():
        close_case(uuid.uuid4(), "moved", "", owner, NOW)
    assert case_of(case_id).status == "intake"
    with transaction():
        close_case(case_id, "moved", "", coordinator, NOW)
    assert case_of(case_id).status == "closed"
