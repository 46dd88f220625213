"""How much may be opened in an hour."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tesa.accounts.rules.meter import (
    ALERT,
    BLOCK,
    COUNTED,
    OPENINGS,
    STEP_UP,
    Reading,
    blocked,
    must_step_up,
    newly_tripped,
    tripped,
)
from tesa.accounts.rules.policy import POLICY

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NEW = ("note", uuid.UUID(int=9999))


def read(count: int) -> Reading:
    """`count` notes, one a second, the last at NOW."""
    return Reading({("note", uuid.UUID(int=n)): NOW - timedelta(seconds=count - n - 1) for n in range(count)})


def test_the_limits() -> None:
    assert (ALERT, STEP_UP, BLOCK) == (60, 120, 240)


def test_all_acts_that_open_are_counted_and_reported() -> None:
    assert {line.act for line in POLICY if line.opens} <= COUNTED <= OPENINGS


def test_blocked_from_the_limit_on_and_only_for_what_is_new() -> None:
    assert not blocked(read(BLOCK - 1), NEW)
    assert blocked(read(BLOCK), NEW)
    assert not blocked(read(BLOCK), ("note", uuid.UUID(int=0)))
    assert blocked(read(BLOCK), ("case", uuid.UUID(int=0)))


def test_a_second_factor_is_asked_for_at_the_limit_and_counts_from_then_on() -> None:
    assert not must_step_up(read(STEP_UP - 1), NEW, None)
    assert must_step_up(read(STEP_UP), NEW, None)
    assert must_step_up(read(STEP_UP), NEW, NOW - timedelta(seconds=1))
    assert not must_step_up(read(STEP_UP), NEW, NOW)
    assert not must_step_up(read(STEP_UP), ("note", uuid.UUID(int=0)), None)
    later = NOW + timedelta(minutes=1)
    assert not must_step_up(read(STEP_UP).with_one_more(NEW, later), ("note", uuid.UUID(int=777)), NOW)


@given(st.integers(0, 300))
def test_what_is_tripped(count: int) -> None:
    limit = tripped(count)
    assert limit == (None if count < 60 else 60 if count < 120 else 120 if count < 240 else 240)


def test_everybody_is_told_of_once() -> None:
    assert newly_tripped({"a": 61, "b": 240, "c": 59}, []) == [("a", 60), ("b", 60), ("b", 120), ("b", 240)]
    assert newly_tripped({"a": 61, "b": 240}, [("a", 60), ("b", 60)]) == [("b", 120), ("b", 240)]


def test_opening_again_is_nothing_new() -> None:
    reading = read(3)
    assert reading.with_one_more(("note", uuid.UUID(int=1)), NOW) is reading
    assert reading.with_one_more(NEW, NOW).count() == 4
