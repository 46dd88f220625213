"""Whose turn is first: emergency, critical, a minute of waiting, gravity, age."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.intake.rules.priority import Claim, Severity, is_critical, outranks, rank

NOW = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)


def claim(
    waited: float = 5, emergency: bool = False, risk: str | None = None, severity: int = 0, number: int = 1
) -> Claim:
    return Claim(str(uuid.UUID(int=number)), emergency, risk, severity, NOW - timedelta(seconds=waited))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (claim(1, emergency=True), claim(600, severity=Severity.HIGH_RISK)),
        (claim(1, severity=Severity.HIGH_RISK), claim(600)),
        (claim(1, risk="high"), claim(600, severity=Severity.CHILD)),
        (claim(61), claim(1, severity=Severity.CHILD)),
        (claim(61), claim(59, risk="medium")),
        (claim(5, severity=Severity.CHILD), claim(59, severity=Severity.SILENT_AGAIN)),
        (claim(5, severity=Severity.SILENT_AGAIN), claim(59)),
        (claim(5, risk="medium"), claim(59)),
        (claim(90, severity=Severity.CHILD), claim(300)),
        (claim(20), claim(19)),
        (claim(20, emergency=True), claim(19, emergency=True)),
    ],
)
def test_who_is_first(first: Claim, then: Claim) -> None:
    assert outranks(first, then, NOW)
    assert not outranks(then, first, NOW)


@pytest.mark.parametrize(
    ("emergency", "risk", "severity", "critical"),
    [
        (True, None, 0, True),
        (False, "high", 0, True),
        (False, None, Severity.HIGH_RISK, True),
        (False, "medium", Severity.CHILD, False),
        (False, None, Severity.SILENT_AGAIN, False),
    ],
)
def test_who_is_critical(emergency: bool, risk: str | None, severity: int, critical: bool) -> None:
    assert is_critical(emergency, risk, severity) is critical


claims = st.builds(
    claim,
    waited=st.floats(0, 300),
    emergency=st.booleans(),
    risk=st.sampled_from([None, "low", "medium", "high", "emergency"]),
    severity=st.sampled_from(list(Severity)),
    number=st.integers(1, 10**6),
)


@given(old=claims, new=claims)
def test_a_minute_of_waiting_outranks_each_new_one_that_is_not_critical(old: Claim, new: Claim) -> None:
    waited_long = NOW - old.since > timedelta(seconds=60)
    is_new = NOW - new.since <= timedelta(seconds=60)
    if waited_long and is_new and not is_critical(new.emergency, new.risk, new.severity):
        assert outranks(old, new, NOW)


@given(several=st.lists(claims, min_size=2, max_size=8, unique_by=lambda c: c.id), later=st.integers(0, 600))
def test_the_order_is_whole_and_an_emergency_is_always_first(several: list[Claim], later: int) -> None:
    ordered = sorted(several, key=lambda c: rank(c, NOW + timedelta(seconds=later)))
    assert [c.emergency for c in ordered] == sorted((c.emergency for c in several), reverse=True)
    assert len({rank(c, NOW) for c in several}) == len(several)
