"""The ladders: who is asked when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.outreach.rules.clocks import MOST_AT_ONCE, Due, answer_by, due, expected_by, next_step
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.priorities import Priority, more_urgent

START = datetime(2026, 3, 2, 20, 10, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("priority", "steps"),
    [
        (Priority.P1, [(0, 1, False), (3, 2, False), (6, 0, True), (9, 1, True), (12, 1, True)]),
        (Priority.P2, [(0, 1, False), (10, 1, False), (20, 0, True), (40, 1, True), (60, 1, True)]),
        (Priority.P3, [(0, 1, False), (30, 1, False), (60, 1, False), (90, 0, True), (150, 1, True)]),
        (Priority.P4, [(0, 1, False), (240, 1, False), (480, 0, True), (1920, 1, True)]),
    ],
)
def test_each_rung_comes_at_its_minute(priority: Priority, steps: list[tuple[int, int, bool]]) -> None:
    rung = 0
    for minute, workers, coordinators in steps:
        assert next_step(priority, START, rung, []) == after(minute)
        assert due(priority, START, rung, after(minute) - timedelta(seconds=1)) == Due(0, False, rung)
        step = due(priority, START, rung, after(minute))
        assert (step.workers, step.coordinators, step.rung) == (workers, coordinators, rung + 1)
        rung = step.rung


def test_rungs_that_passed_unseen_are_done_together() -> None:
    assert due(Priority.P1, START, 1, after(7)) == Due(2, True, 3)


def test_an_open_offer_that_runs_out_earlier_is_looked_at_first() -> None:
    assert next_step(Priority.P2, START, 1, [after(4), after(12)]) == after(4)


def test_an_offer_waits_as_long_as_its_priority_says() -> None:
    waits = [answer_by(priority, START) for priority in Priority]
    assert waits == [after(3), after(10), after(30), after(240)]


@given(st.sampled_from(list(Priority)), st.integers(0, 400), st.integers(0, 10**7))
def test_a_ladder_never_ends_and_never_goes_back(priority: Priority, rung: int, seconds: int) -> None:
    now = START + timedelta(seconds=seconds)
    step = due(priority, START, rung, now)
    assert step.rung >= rung
    assert step.workers <= MOST_AT_ONCE
    assert next_step(priority, START, step.rung, []) > now


@given(st.sampled_from(list(Priority)), st.lists(st.integers(0, 5000), min_size=1, max_size=30))
def test_however_often_one_looks_the_coordinators_are_asked_in_the_end(priority: Priority, looks: list[int]) -> None:
    rung, asked = 0, False
    for minute in [*sorted(looks), 5000]:
        step = due(priority, START, rung, after(minute))
        rung, asked = step.rung, asked or step.coordinators
    assert asked


def test_a_dispatch_is_expected_to_move_in_time() -> None:
    assert expected_by(Priority.P1, State.REQUESTED, START) == after(3)
    assert expected_by(Priority.P1, State.ACKNOWLEDGED, START) == after(10)
    assert expected_by(Priority.P1, State.EN_ROUTE, START) == after(45)
    assert expected_by(Priority.P3, State.ACKNOWLEDGED, START) == after(12 * 60)
    assert expected_by(Priority.P1, State.ON_SCENE, START) is None


def test_p1_is_the_most_urgent() -> None:
    assert more_urgent(Priority.P1, Priority.P2)
    assert not more_urgent(Priority.P2, Priority.P2)
    assert not more_urgent(Priority.P4, Priority.P3)
