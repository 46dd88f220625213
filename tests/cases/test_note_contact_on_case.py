from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask

from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.note_contact_on_case import note_contact_on_case
from tesa.cases.models import CaseAccess
from tesa.cases.public import may_read_case
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tests.cases.making import NOW, case_of, events_of, make_case
from tests.support.people import make_staff

LATER = NOW + timedelta(hours=5)


def test_the_contact_stands_on_the_timeline(app: Flask) -> None:
    case_id = make_case(make_staff())
    with transaction():
        note_contact_on_case(case_id, uuid.uuid4(), LATER)
    assert events_of(case_id) == ["opened", "contact"]
    assert case_of(case_id).last_event_at == LATER


def test_the_psychologist_who_has_the_contact_may_work_on_the_case_for_a_day(app: Flask) -> None:
    case_id, helper = make_case(make_staff()), make_staff()
    with transaction():
        note_contact_on_case(case_id, uuid.uuid4(), LATER, helper.id)
    assert may_read_case(case_id, helper, LATER + timedelta(hours=23))
    assert not may_read_case(case_id, helper, LATER + timedelta(hours=24))


def test_the_owner_needs_no_access_and_a_longer_one_is_not_shortened(app: Flask) -> None:
    owner, helper = make_staff(), make_staff()
    case_id = make_case(owner)
    with transaction():
        note_contact_on_case(case_id, uuid.uuid4(), LATER, owner.id)
        note_contact_on_case(case_id, uuid.uuid4(), LATER, helper.id)
        note_contact_on_case(case_id, uuid.uuid4(), NOW, helper.id)
    lent = db.session.scalars(db.select(CaseAccess)).all()
    assert [(a.account_id, a.until) for a in lent] == [(helper.id, LATER + timedelta(days=1))]


def test_a_contact_reopens_a_closed_case(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        close_case(case_id, "lost_contact", "", owner, NOW)
    with transaction():
        note_contact_on_case(case_id, uuid.uuid4(), LATER)
    case = case_of(case_id)
    assert (case.status, case.closed_at, case.closure_reason) == ("reopened", None, None)
    assert events_of(case_id) == ["opened", "closed", "reopened", "contact"]


def test_no_such_case(app: Flask) -> None:
    with pytest.raises(NotFound), transaction():
        note_contact_on_case(uuid.uuid4(), uuid.uuid4(), NOW)
