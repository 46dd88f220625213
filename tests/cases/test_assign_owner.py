from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask

from tesa.cases.actions.assign_owner import assign_owner
from tesa.cases.public import may_read_case
from tesa.cases.queries import case_for
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NOW, audited, case_of, events_of, make_case
from tests.support.people import make_staff


def test_a_coordinator_gives_a_case_to_another_psychologist(app: Flask) -> None:
    owner, next_owner, coordinator = make_staff(), make_staff(), make_staff("coordinator")
    case_id = make_case(owner)
    with transaction():
        assign_owner(case_id, next_owner.id, coordinator, NOW)
    assert case_of(case_id).owner_id == next_owner.id
    assert events_of(case_id) == ["opened", "assigned", "access_lent"]
    assert [e.actor_id for e in audited("case.assign")] == [coordinator.id]


def test_the_former_owner_reads_on_for_a_week(app: Flask) -> None:
    owner, next_owner = make_staff(), make_staff()
    case_id = make_case(owner)
    with transaction():
        assign_owner(case_id, next_owner.id, owner, NOW)
    assert may_read_case(case_id, owner, NOW + timedelta(days=7, seconds=-1))
    assert not may_read_case(case_id, owner, NOW + timedelta(days=7))


def test_only_an_active_psychologist_who_is_not_the_owner(app: Flask) -> None:
    owner, coordinator = make_staff(), make_staff("coordinator")
    case_id = make_case(owner)
    nobody = (make_staff("outreach").id, make_staff(active=False).id, uuid.uuid4(), owner.id)
    for account_id in nobody:
        with pytest.raises(RuleBroken), transaction():
            assign_owner(case_id, account_id, coordinator, NOW)
    assert case_of(case_id).owner_id == owner.id


def test_nobody_gives_a_case_to_herself(app: Flask) -> None:
    """A coordinator who is a psychologist as well would open the notes without anybody else knowing."""
    both = make_staff("psychologist", "coordinator")
    case_id = make_case(make_staff())
    with pytest.raises(RuleBroken), transaction():
        assign_owner(case_id, both.id, both, NOW)
    with pytest.raises(NotFound), transaction():
        case_for(case_id, both, "note.read", NOW)


def test_for_others_there_is_no_such_case(app: Flask) -> None:
    case_id, target = make_case(make_staff()), make_staff()
    for stranger in (make_staff(), make_staff("outreach"), make_staff("administrator")):
        with pytest.raises(NotFound), transaction():
            assign_owner(case_id, target.id, stranger, NOW)
