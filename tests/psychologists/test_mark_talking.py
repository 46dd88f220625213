"""A talk is counted from acceptance to its end."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tesa.core.db import db, new_id
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.models import DutyTalk
from tests.psychologists.presence import do, make_on_duty, row_of
from tests.support.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("app", "clock")


def test_ringing_becomes_talking(clock: MovedClock) -> None:
    somebody, contact = make_on_duty(), new_id()
    do(mark_ringing, somebody, contact)
    clock.advance(6)
    do(mark_talking, somebody, contact)
    row = row_of(somebody)
    assert (row.state, row.contact_id, row.since) == ("talking", contact, clock.now())


def test_a_new_talk_ends_the_counting_of_the_one_before(clock: MovedClock) -> None:
    somebody, first, second = make_on_duty(), new_id(), new_id()
    began = clock.now()
    do(mark_talking, somebody, first)
    clock.advance(600)
    do(mark_talking, somebody, second)
    talks = db.session.execute(select(DutyTalk.contact_id, DutyTalk.started_at, DutyTalk.ended_at)).all()
    assert set(talks) == {(first, began, clock.now()), (second, clock.now(), None)}
