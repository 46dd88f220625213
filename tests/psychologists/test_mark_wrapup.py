"""After a talk comes a time to write, and it ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.psychologists.actions.finish_wrapup import finish_wrapup
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.models import DutyTalk
from tests.psychologists.presence import do, duty_of, make_on_duty, row_of, state_of
from tests.support.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("app", "clock")
WRAP_UP = timedelta(minutes=3)


def end_talk(somebody: object, clock: MovedClock) -> None:
    with transaction():
        mark_wrapup(somebody, clock.now(), clock.now() + WRAP_UP)  # type: ignore[arg-type]


def test_talking_becomes_wrap_up_and_then_free(clock: MovedClock) -> None:
    somebody = make_on_duty()
    do(mark_talking, somebody, new_id())
    clock.advance(1200)
    end_talk(somebody, clock)
    assert (state_of(somebody), duty_of(somebody).until) == ("wrapup", clock.now() + WRAP_UP)
    assert db.session.scalars(select(DutyTalk.ended_at)).all() == [clock.now()]
    clock.advance(180)
    duty = duty_of(somebody)
    assert (duty.state, duty.since, duty.until) == ("free", clock.now(), None)


def test_the_last_talk_is_remembered(clock: MovedClock) -> None:
    somebody = make_on_duty()
    do(mark_talking, somebody, new_id())
    clock.advance(60)
    end_talk(somebody, clock)
    ended = clock.now()
    clock.advance(600)
    do(mark_ringing, somebody, new_id())
    assert row_of(somebody).talked_until == ended


def test_a_second_word_that_the_talk_is_over_does_nothing(clock: MovedClock) -> None:
    """Twilio's callbacks come twice and late: by then she may ring for the next contact."""
    somebody, next_contact = make_on_duty(), new_id()
    do(mark_talking, somebody, new_id())
    end_talk(somebody, clock)
    do(finish_wrapup, somebody)
    do(mark_ringing, somebody, next_contact)
    end_talk(somebody, clock)
    assert (state_of(somebody), row_of(somebody).contact_id) == ("ringing", next_contact)


def test_finished_early_she_is_free_at_once(clock: MovedClock) -> None:
    somebody = make_on_duty()
    do(mark_talking, somebody, new_id())
    end_talk(somebody, clock)
    do(finish_wrapup, somebody)
    assert state_of(somebody) == "free"


def test_finishing_wrap_up_does_not_end_a_talk() -> None:
    somebody = make_on_duty()
    do(mark_talking, somebody, new_id())
    do(finish_wrapup, somebody)
    assert state_of(somebody) == "talking"
