"""The clock of these tests stands at NOW until one moves it."""

from __future__ import annotations

import pytest

from tests.accounts.making import NOW
from tests.support.moved_clock import MovedClock


@pytest.fixture
def now(clock: MovedClock) -> MovedClock:
    """The clock, standing at NOW."""
    clock.set(NOW)
    return clock
