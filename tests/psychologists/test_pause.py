"""Whoever pauses or goes home is not rung; at her next duty she is there again without having to remember it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.pause import pause
from tesa.psychologists.actions.sign_off import sign_off
from tesa.psychologists.actions.sign_on import sign_on
from tesa.psychologists.models import DutyPresence
from tests.psychologists.presence import do, duty_of, make_on_duty, row_of, state_of
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")
HOURS = timedelta(hours=1)


def trail() -> list[str]:
    """The acts on record."""
    return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))


def test_a_pause_says_why_and_lasts_to_the_end_of_duty(clock: MovedClock) -> None:
    somebody = make_on_duty()
    do(pause, somebody, "debrief")
    duty = duty_of(somebody)
    assert (duty.state, duty.reason, duty.until) == ("paused", "debrief", clock.now() + 11 * HOURS)


def test_adjoining_shifts_are_one_duty(clock: MovedClock) -> None:
    somebody = make_on_duty()
    make_shift(somebody, 2, starts_at=clock.now() + 11 * HOURS, ends_at=clock.now() + 15 * HOURS)
    do(sign_off, somebody)
    clock.advance(12 * 3600)
    assert state_of(somebody) == "off"


@pytest.mark.parametrize("act", [lambda who, now: pause(who, "rest", now), sign_off])
def test_the_next_duty_begins_free(act: object, clock: MovedClock) -> None:
    somebody = make_on_duty()
    make_shift(somebody, starts_at=clock.now() + 20 * HOURS)
    do(act, somebody)  # type: ignore[arg-type]
    assert do(mark_ringing, somebody, new_id()) is False
    clock.advance(20 * 3600)
    assert (state_of(somebody), do(mark_ringing, somebody, new_id())) == ("free", True)


def test_signing_on_ends_a_pause() -> None:
    somebody = make_on_duty()
    do(pause, somebody, "rest")
    do(sign_on, somebody)
    assert (state_of(somebody), row_of(somebody).reason, row_of(somebody).until) == ("free", None, None)


def test_signing_on_ends_neither_ringing_nor_talking() -> None:
    ringing, talking = make_on_duty(), make_on_duty()
    do(mark_ringing, ringing, new_id())
    do(mark_talking, talking, new_id())
    do(sign_on, ringing)
    do(sign_on, talking)
    assert (state_of(ringing), state_of(talking)) == ("ringing", "talking")


def test_nobody_pauses_while_she_is_rung_or_talks() -> None:
    somebody = make_on_duty()
    do(mark_ringing, somebody, new_id())
    with pytest.raises(RuleBroken):
        do(pause, somebody, "rest")
    do(mark_talking, somebody, new_id())
    with pytest.raises(RuleBroken):
        do(sign_off, somebody)
    assert state_of(somebody) == "talking"


def test_off_duty_there_is_nothing_to_pause() -> None:
    somebody = make_staff("psychologist").id
    do(pause, somebody, "rest")
    do(sign_off, somebody)
    assert db.session.scalar(select(DutyPresence.state).where(DutyPresence.account_id == somebody)) in (None, "free")


def test_a_reason_of_the_list_is_needed() -> None:
    somebody = make_on_duty()
    with pytest.raises(RuleBroken):
        do(pause, somebody, "because")
    assert state_of(somebody) == "free"


def test_each_is_on_record_and_a_pause_after_missed_offers_is_nobodys_act() -> None:
    somebody = make_on_duty()
    do(pause, somebody, "rest")
    do(sign_on, somebody)
    do(sign_off, somebody)
    do(sign_on, somebody)
    do(pause, somebody, "missed_offers")
    assert trail() == ["duty.paused", "duty.on", "duty.off", "duty.on", "duty.paused"]
    actors = list(db.session.scalars(select(AuditEntry.actor_id).order_by(AuditEntry.seq)))
    assert actors == [somebody] * 4 + [None]
