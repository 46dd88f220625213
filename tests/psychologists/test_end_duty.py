"""A coordinator ends a duty, never a talk; two misses pause; whoever writes may ask for more time."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tesa.accounts.models import AuditEntry, Notice
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, RuleBroken
from tesa.psychologists.actions.end_duty import end_duty, let_back
from tesa.psychologists.actions.extend_wrapup import extend_wrapup
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.actions.note_missed_offer import note_missed_offer, note_reachable
from tesa.psychologists.actions.sign_on import sign_on
from tesa.psychologists.public import duty_board, wrap_up, writes_until
from tests.psychologists.presence import do, make_on_duty, row_of, state_of
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")


def notices(account_id: uuid.UUID) -> list[tuple[str, bool]]:
    """What somebody has been told, and whether urgently."""
    rows = db.session.scalars(select(Notice).where(Notice.account_id == account_id).order_by(Notice.created_at))
    return [(row.kind, row.urgent) for row in rows]


def test_a_duty_ended_by_a_coordinator_is_told_on_record_and_not_hers_to_undo(clock: MovedClock) -> None:
    boss, somebody = make_staff("coordinator").id, make_on_duty()
    assert do(end_duty, somebody, "unwell", boss, clock.now()) is True
    assert (state_of(somebody), row_of(somebody).reason) == ("off", "unwell")
    assert notices(somebody) == [("duty.ended", True)]
    assert "duty.end_other" in list(db.session.scalars(select(AuditEntry.act)))
    with pytest.raises(RuleBroken):
        do(sign_on, somebody)
    with pytest.raises(Conflict):
        do(end_duty, somebody, "other", boss, clock.now())
    do(let_back, somebody, boss, clock.now())
    assert state_of(somebody) == "free"
    assert notices(somebody)[-1] == ("duty.let_back", True)


def test_nobody_is_taken_out_of_a_talk(clock: MovedClock) -> None:
    boss, somebody, contact = make_staff("coordinator").id, make_on_duty(), new_id()
    do(mark_talking, somebody, contact, clock.now())
    assert do(end_duty, somebody, "replaced", boss, clock.now()) is False
    assert state_of(somebody) == "talking"
    (row,) = [r for r in duty_board(clock.now()) if r.account_id == somebody]
    assert (row.ordered_off, row.contact_id, row.state) == (True, contact, "talking")
    clock.advance(60)
    do(mark_wrapup, somebody, clock.now(), clock.now() + wrap_up())
    assert state_of(somebody) == "off"


def test_an_order_does_not_outlive_its_duty(clock: MovedClock) -> None:
    boss, somebody = make_staff("coordinator").id, make_on_duty()
    make_shift(somebody, starts_at=clock.now() + timedelta(hours=20))
    do(end_duty, somebody, "other", boss, clock.now())
    clock.advance(20 * 3600)
    assert do(mark_ringing, somebody, new_id()) is True
    do(mark_free, somebody)
    assert state_of(somebody) == "free"
    assert not any(r.ordered_off for r in duty_board(clock.now()))
    do(sign_on, somebody)


def test_an_unknown_reason_and_somebody_off_duty_are_refused(clock: MovedClock) -> None:
    boss, somebody = make_staff("coordinator").id, make_on_duty()
    with pytest.raises(RuleBroken):
        do(end_duty, somebody, "rude", boss, clock.now())
    with pytest.raises(RuleBroken):
        do(end_duty, boss, "other", somebody, clock.now())
    with pytest.raises(RuleBroken):
        do(let_back, somebody, boss, clock.now())


def test_the_second_miss_in_a_row_pauses_and_the_coordinators_on_duty_are_told(clock: MovedClock) -> None:
    boss, away = make_staff("coordinator").id, make_staff("coordinator").id
    make_shift(boss, 3)
    somebody, _other = make_on_duty(), make_on_duty()
    do(note_missed_offer, somebody)
    assert (state_of(somebody), notices(boss)) == ("free", [])
    clock.advance(30)
    do(note_missed_offer, somebody)
    assert (state_of(somebody), row_of(somebody).reason) == ("paused", "missed_offers")
    assert (notices(boss), notices(away)) == ([("duty.paused_missed", True)], [])
    assert notices(somebody) == [("duty.paused_you", False)]
    clock.advance(1)
    do(sign_on, somebody)
    clock.advance(1)
    do(note_missed_offer, somebody)
    assert state_of(somebody) == "free", "she was there between"


@pytest.mark.parametrize("sign", ["declined", "talked"])
def test_whoever_shows_that_she_is_there_begins_anew(sign: str, clock: MovedClock) -> None:
    somebody, _other = make_on_duty(), make_on_duty()
    do(note_missed_offer, somebody)
    clock.advance(10)
    if sign == "declined":
        do(mark_ringing, somebody, new_id())
        do(mark_free, somebody)
        do(note_reachable, somebody)
    else:
        do(mark_talking, somebody, new_id(), clock.now())
        do(mark_wrapup, somebody, clock.now(), clock.now())
    clock.advance(10)
    do(note_missed_offer, somebody)
    assert state_of(somebody) == "free"


def test_the_last_one_who_can_be_rung_is_never_paused(clock: MovedClock) -> None:
    boss, somebody, busy = make_staff("coordinator").id, make_on_duty(), make_on_duty()
    do(mark_talking, busy, new_id(), clock.now())
    for _ in range(2):
        do(note_missed_offer, somebody)
        clock.advance(5)
    assert state_of(somebody) == "free"
    assert notices(boss) == [("duty.last_one_missed", True)]


def test_the_time_to_write_is_extended_once_and_runs_out_by_itself(clock: MovedClock) -> None:
    somebody, contact = make_on_duty(), new_id()
    do(mark_talking, somebody, contact, clock.now())
    do(mark_wrapup, somebody, clock.now(), clock.now() + wrap_up())
    clock.advance(100)
    assert do(extend_wrapup, somebody) == clock.now() + timedelta(seconds=260)
    with pytest.raises(RuleBroken):
        do(extend_wrapup, somebody)
    assert writes_until(somebody, contact, clock.now()) == clock.now() + timedelta(seconds=260)
    clock.advance(259)
    assert state_of(somebody) == "wrapup"
    clock.advance(1)
    assert (state_of(somebody), writes_until(somebody, contact, clock.now())) == ("free", None)
    with pytest.raises(RuleBroken):
        do(extend_wrapup, somebody)
