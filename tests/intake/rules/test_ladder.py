"""The voice ladder's seconds, tiers and shortfalls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.intake.rules import ladder
from tesa.intake.rules.ladder import Rung, Situation

T0 = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)


def at(step: int, critical: bool = False) -> float:
    return (ladder.due_at(step, critical, T0) - T0).total_seconds()


def test_the_ordinary_ladder_has_the_published_seconds() -> None:
    assert [at(step) for step in range(9)] == [1, 6, 10, 15, 35, 50, 75, 95, 115]


def test_in_an_emergency_everybody_rings_at_once_and_coordinators_at_14() -> None:
    assert [at(step, critical=True) for step in range(4)] == [1, 14, 30, 50]
    assert ladder.rung(0, critical=True) == Rung(1, (1, 2), None)
    assert ladder.rung(1, critical=True).coordinators


@pytest.mark.parametrize(
    ("step", "tiers", "most", "coordinators", "again"),
    [
        (0, (1,), 1, False, False),
        (1, (1,), 1, False, False),
        (2, (1,), 1, False, False),
        (3, (1, 2), None, False, False),
        (4, (1, 2), None, False, True),
        (5, (1, 2), None, True, True),
        (99, (1, 2), None, True, True),
    ],
)
def test_who_is_rung_on_which_rung(
    step: int, tiers: tuple[int, ...], most: int | None, coordinators: bool, again: bool
) -> None:
    rung = ladder.rung(step, critical=False)
    assert (rung.tiers, rung.most, rung.coordinators, rung.again) == (tiers, most, coordinators, again)


def test_the_wish_for_a_woman_is_kept_until_the_back_up_joins() -> None:
    assert [ladder.rung(step, critical=False).keeps_wish for step in range(4)] == [True, True, True, False]


def test_no_first_line_brings_the_back_up_at_the_first_rung() -> None:
    widened = ladder.with_shortfall(ladder.rung(0, False), Situation(True, ringing=False), first_line_reached=False)
    assert widened.tiers == (1, 2)
    assert not widened.coordinators


def test_an_empty_rota_brings_the_coordinators_at_once() -> None:
    assert ladder.first_due(anyone_on_duty=False, opened_at=T0) == T0
    assert ladder.with_shortfall(ladder.rung(0, False), Situation(False, False), False).coordinators


def test_a_phone_that_rings_or_was_rung_leaves_the_rung_as_it_is() -> None:
    rung = ladder.rung(0, False)
    assert ladder.with_shortfall(rung, Situation(True, ringing=True), first_line_reached=False) == rung
    assert ladder.with_shortfall(rung, Situation(True, ringing=False), first_line_reached=True) == rung


def test_at_the_third_rung_the_back_up_rings_beside_a_phone_when_the_first_line_has_nobody_left() -> None:
    third = ladder.rung(2, False)
    widened = ladder.with_shortfall(third, Situation(True, ringing=True), first_line_reached=False)
    assert (widened.tiers, widened.most, widened.coordinators) == ((1, 2), 1, False)


@pytest.mark.parametrize(("free", "rung", "used"), [([1], 1, (1,)), ([0, 1], 1, (1, 2)), ([0, 0], 0, (1, 2))])
def test_climbing_rings_more_only_when_the_rung_falls_short(free: list[int], rung: int, used: tuple[int, ...]) -> None:
    rings = iter(free)
    last, done = ladder.climb(ladder.rung(0, False), Situation(True, ringing=False), lambda _rung: next(rings))
    assert (last.tiers, done) == (used, rung)


def test_between_two_rungs_only_those_ring_who_have_not_missed_her() -> None:
    assert ladder.reached(1, False) == ladder.rung(0, False)
    assert [ladder.reached(step, False).again for step in range(1, 9)] == [False] * 8
    assert not any(ladder.reached(step, critical).coordinators for step in range(1, 9) for critical in (True, False))


def test_nobody_ringing_from_the_fourth_rung_on_brings_the_coordinators() -> None:
    assert ladder.with_shortfall(ladder.rung(3, False), Situation(True, False), False).coordinators


def test_the_choice_comes_after_75_seconds_or_at_once_when_nobody_can_be_rung() -> None:
    assert not ladder.choice_due(T0, T0 + timedelta(seconds=74), reachable=True)
    assert ladder.choice_due(T0, T0 + timedelta(seconds=75), reachable=True)
    assert ladder.choice_due(T0, T0, reachable=False)


@given(seconds=st.integers(0, 3600), critical=st.booleans())
def test_a_contact_that_becomes_critical_goes_on_at_the_first_rung_not_yet_past(seconds: int, critical: bool) -> None:
    now = T0 + timedelta(seconds=seconds)
    step = ladder.step_for(critical, T0, now)
    assert ladder.due_at(step + 1, critical, T0) > now
    assert step == 0 or ladder.due_at(step, critical, T0) <= now


@given(step=st.integers(0, 500), critical=st.booleans())
def test_the_ladder_never_ends_and_never_goes_back(step: int, critical: bool) -> None:
    assert ladder.due_at(step + 1, critical, T0) > ladder.due_at(step, critical, T0)
