from __future__ import annotations

import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.accounts.public import StaffMember
from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.raise_risk import raise_risk
from tesa.cases.actions.read_notes import read_notes
from tesa.cases.actions.screen_risk import screen_risk
from tesa.cases.models import Note
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.core.db import db
from tesa.core.errors import NotAllowed, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, case_of, events_of, make_case
from tests.support.people import make_staff


def screened(case_id: uuid.UUID, risk: str, by: StaffMember, reason: str = "") -> None:
    with transaction():
        screen_risk(case_id, risk, reason, by, NOW)


def test_the_first_judgement_moves_the_case_on(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    screened(case_id, "medium", owner)
    assert (case_of(case_id).status, case_of(case_id).risk) == ("screened", "medium")
    screened(case_id, "medium", owner)
    screened(case_id, "high", owner)
    assert events_of(case_id) == ["opened", "risk_raised", "risk_kept", "risk_raised"]


def test_lowering_needs_a_reason_which_is_sealed(app: Flask) -> None:
    owner = who = make_staff()
    case_id = make_case(owner, risk="high")
    with pytest.raises(RuleBroken):
        screened(case_id, "low", who, "  \n")
    assert case_of(case_id).risk == "high"
    screened(case_id, "low", who, "Pelaku sudah pergi dari rumah.")
    assert case_of(case_id).risk == "low"
    assert events_of(case_id)[-2:] == ["note", "risk_lowered"]
    assert audited("case.risk")[-1].details == '{"lowered":true,"risk":"low"}'
    with transaction():
        (note,), _more = read_notes(case_id, owner, NOW)
    assert (note.kind, note.author_id, note.text) == ("risk", who.id, "Pelaku sudah pergi dari rumah.")


@pytest.mark.parametrize("risk", ["low", "emergency"])
def test_a_coordinator_reads_the_risk_and_does_not_judge_it(app: Flask, risk: str) -> None:
    case_id = make_case(make_staff(), risk="high")
    with pytest.raises(NotAllowed):
        screened(case_id, risk, make_staff("coordinator"), "Tampaknya lain.")
    assert case_of(case_id).risk == "high"


def test_a_helper_may_raise_but_not_lower(app: Flask) -> None:
    case_id, helper = make_case(make_staff(), risk="medium"), make_staff()
    with transaction():
        grant_access(case_id, helper.id, NOW + CONTACT_ACCESS, NOW)
    screened(case_id, "emergency", helper)
    with pytest.raises(NotAllowed):
        screened(case_id, "low", helper, "Sudah aman.")
    assert case_of(case_id).risk == "emergency"
    assert db.session.scalars(select(Note)).all() == []


@pytest.mark.parametrize("role", ["psychologist", "outreach", "administrator"])
def test_for_others_there_is_no_such_case(app: Flask, role: str) -> None:
    case_id = make_case(make_staff())
    with pytest.raises(NotFound):
        screened(case_id, "high", make_staff(role))


def test_a_closed_case_and_a_level_that_is_none(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with pytest.raises(RuleBroken):
        screened(case_id, "terrible", owner)
    with transaction():
        close_case(case_id, "moved", "", owner, NOW)
    with pytest.raises(RuleBroken):
        screened(case_id, "high", owner)
    assert case_of(case_id).risk is None


def test_raise_risk_never_lowers(app: Flask) -> None:
    case_id = make_case(make_staff(), risk="medium")
    with transaction():
        assert raise_risk(case_id, "emergency", None, NOW)
        assert not raise_risk(case_id, "emergency", None, NOW)
        assert not raise_risk(case_id, "low", None, NOW)
    assert case_of(case_id).risk == "emergency"
    assert events_of(case_id) == ["opened", "risk_raised"]
    with pytest.raises(NotFound), transaction():
        raise_risk(uuid.uuid4(), "high", None, NOW)
