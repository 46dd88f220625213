"""How long a sign-in waits after failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.accounts.rules.waiting import LONGEST, network_of, seconds_left, wait_after

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 0), (1, 0), (2, 0), (3, 2), (4, 4), (5, 8), (6, 16), (7, 32), (8, 60), (9, 60)]
)
def test_the_wait_doubles_up_to_a_minute(tries: int, seconds: int) -> None:
    assert wait_after(tries) == timedelta(seconds=seconds)


@given(st.integers(0, 10**12))
def test_nobody_is_ever_locked_out(tries: int) -> None:
    assert timedelta(0) <= wait_after(tries) <= timedelta(seconds=LONGEST)


@pytest.mark.parametrize(("left", "seconds"), [(-1, 0), (0, 0), (0.2, 1), (1, 2), (59.5, 60), (7200, 60)])
def test_seconds_left(left: float, seconds: int) -> None:
    """Never fewer than are left; and a clock that was set back an hour does not keep anybody out for an hour."""
    assert seconds_left(NOW + timedelta(seconds=left), NOW) == seconds


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("", ""),
        (None, ""),
        ("a-socket", ""),
    ],
)
def test_the_network_of_an_address(address: str | None, network: str) -> None:
    assert network_of(address) == network
