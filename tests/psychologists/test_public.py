"""Who is on, whom to ring, where a gap is: asked of a real database."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from tesa.accounts.models import Account
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.actions.note_missed_offer import note_missed_offer
from tesa.psychologists.models import Assignment
from tesa.psychologists.public import Need, duty_ends, gaps, next_gap, on_duty, rank_for
from tests.psychologists.presence import do, make_on_duty
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")
HOURS = timedelta(hours=1)
SECOND = timedelta(seconds=1)
NO_WISH = Need(wish_woman=False, languages=frozenset(), preferred=None, excluded=frozenset(), critical=False)


def change(assignment_id: uuid.UUID, **values: object) -> None:
    with transaction():
        db.session.execute(update(Assignment).where(Assignment.id == assignment_id).values(**values))


def who_is_on(line: str, clock: MovedClock) -> list[uuid.UUID]:
    return [d.account_id for d in on_duty(line, clock.now())]


def test_duty_is_half_open(clock: MovedClock) -> None:
    somebody = make_staff("psychologist").id
    start, end = clock.now() + HOURS, clock.now() + 9 * HOURS
    make_shift(somebody, starts_at=start, ends_at=end)
    seen = {}
    for moment in (start - SECOND, start, end - SECOND, end):
        clock.set(moment)
        seen[moment] = bool(who_is_on("hotline", clock))
    assert list(seen.values()) == [False, True, True, False]


def test_the_longest_duty_is_seen_to_its_last_second(clock: MovedClock) -> None:
    somebody = make_staff("psychologist").id
    make_shift(somebody, starts_at=clock.now(), ends_at=clock.now() + 48 * HOURS)
    clock.advance(48 * 3600 - 1)
    assert who_is_on("hotline", clock) == [somebody]
    clock.advance(1)
    assert who_is_on("hotline", clock) == []


def test_people_come_in_the_order_of_tiers_and_lines_are_apart(clock: MovedClock) -> None:
    coordinator, backup, first = make_staff("coordinator").id, make_on_duty(2), make_on_duty(1)
    make_shift(coordinator, 3)
    worker = make_staff("outreach").id
    make_shift(worker, 1, "outreach")
    assert who_is_on("hotline", clock) == [first, backup, coordinator]
    assert who_is_on("outreach", clock) == [worker]


def test_cancelled_duty_and_inactive_people_are_not_on(clock: MovedClock) -> None:
    cancelled, inactive = make_staff("psychologist").id, make_on_duty()
    change(make_shift(cancelled), status="cancelled")
    with transaction():
        db.session.execute(update(Account).where(Account.id == inactive).values(active=False))
    assert who_is_on("hotline", clock) == []
    assert rank_for(NO_WISH, clock.now()) == []
    assert next_gap(clock.now()) is not None


def ranked(clock: MovedClock, need: Need = NO_WISH, **options: object) -> list[uuid.UUID]:
    return [c.account_id for c in rank_for(need, clock.now(), **options)]  # type: ignore[arg-type]


def test_ranking_reads_staff_presence_talk_and_missed_offers(clock: MovedClock) -> None:
    man, tired, missing, fresh = make_on_duty(gender="L"), make_on_duty(), make_on_duty(), make_on_duty()
    do(mark_talking, tired, new_id())
    clock.advance(45 * 60)
    do(mark_wrapup, tired, clock.now(), clock.now())
    do(note_missed_offer, missing)
    busy = make_on_duty()
    do(mark_ringing, busy, new_id())
    woman = replace(NO_WISH, wish_woman=True)
    assert ranked(clock, woman) == [fresh, missing, tired, man]
    assert ranked(clock, replace(woman, preferred=man, excluded=frozenset({fresh}))) == [missing, tired, man]
    assert ranked(clock, woman, free_only=False)[-1] == busy


def test_talk_of_two_hours_and_missed_offers_of_a_quarter_of_an_hour_count(clock: MovedClock) -> None:
    one, other = sorted([make_on_duty(), make_on_duty()])
    do(note_missed_offer, one)
    assert ranked(clock) == [other, one]
    clock.advance(15 * 60)
    assert ranked(clock) == [one, other]
    do(mark_talking, one, new_id())
    clock.advance(40 * 60)
    do(mark_wrapup, one, clock.now(), clock.now())
    assert [c.reasons for c in rank_for(NO_WISH, clock.now())] == [("tier_1",), ("tier_1", "talked_40")]
    clock.advance(100 * 60)
    assert [c.reasons for c in rank_for(NO_WISH, clock.now())] == [("tier_1",), ("tier_1", "talked_20")]


def test_without_a_telephone_nobody_is_rung(clock: MovedClock) -> None:
    silent = make_staff("psychologist", phone=None).id
    make_shift(silent)
    assert ranked(clock) == []


def test_tiers_are_opened_one_after_the_other(clock: MovedClock) -> None:
    backup, first = make_on_duty(2), make_on_duty(1)
    assert ranked(clock, tiers=(1,)) == [first]
    assert ranked(clock) == [first, backup]


def test_in_the_last_minute_the_incoming_person_is_rung_first(clock: MovedClock) -> None:
    leaving, coming, staying = (make_staff("psychologist").id for _ in range(3))
    change_at = clock.now() + 59 * SECOND
    make_shift(leaving, starts_at=change_at - 8 * HOURS, ends_at=change_at)
    make_shift(coming, starts_at=change_at)
    make_shift(staying, 1, starts_at=change_at - 4 * HOURS, ends_at=change_at)
    make_shift(staying, 2, starts_at=change_at)
    assert ranked(clock) == [staying, coming, leaving]
    clock.set(change_at)
    assert ranked(clock, tiers=(1,)) == [coming]


def test_a_minute_before_nobody_is_rung_who_is_not_on(clock: MovedClock) -> None:
    coming = make_staff("psychologist").id
    make_shift(coming, starts_at=clock.now() + 61 * SECOND)
    assert ranked(clock) == []


def test_the_next_gap_is_where_the_first_line_is_empty(clock: MovedClock) -> None:
    first, second = make_on_duty(), make_staff("psychologist").id
    ends = clock.now() + 11 * HOURS
    make_shift(second, starts_at=ends + HOURS, ends_at=ends + 13 * HOURS)
    make_shift(make_staff("psychologist").id, 2, starts_at=ends)
    gap = next_gap(clock.now())
    assert gap is not None
    assert (gap.starts_at, gap.ends_at, gap.line, gap.tier) == (ends, ends + HOURS, "hotline", 1)
    assert duty_ends(first, clock.now()) == ends
    assert duty_ends(second, clock.now()) is None


def test_an_empty_rota_is_one_gap(clock: MovedClock) -> None:
    gap = next_gap(clock.now(), days=7)
    assert gap is not None
    assert (gap.starts_at, gap.ends_at) == (clock.now(), clock.now() + 7 * 24 * HOURS)


def test_a_full_rota_has_no_gap(clock: MovedClock) -> None:
    somebody = make_staff("psychologist").id
    for day in range(30):
        start = clock.now() + (day - 1) * 24 * HOURS
        make_shift(somebody, starts_at=start, ends_at=start + 24 * HOURS)
    assert next_gap(clock.now()) is None
    assert gaps(clock.now(), clock.now() + 24 * HOURS) == []
    assert len(gaps(clock.now(), clock.now() + 24 * HOURS, "outreach")) == 1


def test_free_since_counts_from_the_beginning_of_duty(clock: MovedClock) -> None:
    """Her presence may be older than her duty: it is written when she is put on the rota."""
    somebody = make_staff("psychologist").id
    do(mark_ringing, somebody, new_id())
    do(mark_free, somebody)
    make_shift(somebody, starts_at=clock.now() + HOURS)
    clock.advance(2 * 3600)
    (duty,) = on_duty("hotline", clock.now())
    assert duty.since == duty.starts_at
    do(mark_ringing, somebody, new_id())
    clock.advance(20)
    do(mark_free, somebody)
    (duty,) = on_duty("hotline", clock.now())
    assert duty.since == clock.now()
