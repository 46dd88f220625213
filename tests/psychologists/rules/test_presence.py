"""What counts of what was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.psychologists.rules.presence import State, effective

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
