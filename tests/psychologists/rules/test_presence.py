"""What counts of what was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.psychologists.rules.presence import AfterMiss, State, after_miss, effective

NOW = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("state", list(State))
def test_what_does_not_run_out_stands(state: State) -> None:
    assert effective(state, None, NOW) == state


@pytest.mark.parametrize("state", list(State))
def test_what_has_run_out_is_free(state: State) -> None:
    assert effective(state, NOW, NOW) == State.FREE
    assert effective(state, NOW - SECOND, NOW) == State.FREE
    assert effective(state, NOW + SECOND, NOW) == state


def test_who_never_said_anything_is_free() -> None:
    assert effective(None, None, NOW) == State.FREE


@pytest.mark.parametrize(
    ("in_a_row", "others", "follows"),
    [
        (1, [State.FREE], AfterMiss.NOTHING),
        (2, [State.FREE], AfterMiss.PAUSE),
        (2, [State.RINGING, State.TALKING], AfterMiss.PAUSE),
        (3, [State.FREE], AfterMiss.PAUSE),
        (2, [], AfterMiss.TELL),
        (2, [State.TALKING, State.WRAPUP, State.PAUSED, State.OFF], AfterMiss.TELL),
        (3, [State.TALKING], AfterMiss.NOTHING),
        (4, [State.TALKING], AfterMiss.TELL),
    ],
)
def test_two_misses_pause_unless_nobody_else_can_be_rung(
    in_a_row: int, others: list[State], follows: AfterMiss
) -> None:
    assert after_miss(in_a_row, others) is follows
