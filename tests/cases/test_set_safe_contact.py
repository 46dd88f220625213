from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.cases.actions.read_case import read_case
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.models import SafeContactPlan
from tesa.cases.rules.safe_contact import Answer, SafeAnswers
from tesa.core.db import db
from tesa.core.errors import NotAllowed
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, events_of, make_case
from tests.support.people import make_staff

ANSWERS = SafeAnswers(Answer.NO, Answer.YES, "pukul sembilan pagi", "melati")


def test_the_plan_is_asked_again_and_its_words_are_sealed(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    for answers in (SafeAnswers(Answer.YES), ANSWERS):
        with transaction():
            set_safe_contact(case_id, answers, owner, NOW)
    plan = db.session.scalars(select(SafeContactPlan)).one()
    assert (plan.safe_to_call, plan.safe_to_message, plan.revision, plan.asked_by) == ("no", "yes", 2, owner.id)
    assert b"melati" not in plan.code_word_sealed
    assert events_of(case_id) == ["opened", "safe_contact", "safe_contact"]
    assert "melati" not in audited("person.safe_contact")[-1].details
    with transaction():
        assert read_case(case_id, owner, NOW).plan.answers == ANSWERS


def test_a_coordinator_sees_whether_but_not_the_words(app: Flask) -> None:
    owner, coordinator = make_staff(), make_staff("coordinator")
    case_id = make_case(owner)
    with transaction():
        set_safe_contact(case_id, ANSWERS, owner, NOW)
        assert read_case(case_id, coordinator, NOW).plan.answers == SafeAnswers(Answer.NO, Answer.YES)
    with pytest.raises(NotAllowed), transaction():
        set_safe_contact(case_id, SafeAnswers(Answer.YES), coordinator, NOW)


def test_a_plan_grows_old(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        assert read_case(case_id, owner, NOW).plan.stale
        set_safe_contact(case_id, ANSWERS, owner, NOW)
        assert not read_case(case_id, owner, NOW).plan.stale
        assert read_case(case_id, owner, NOW + timedelta(days=14)).plan.stale
