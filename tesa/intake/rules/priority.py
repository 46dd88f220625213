"""Whose turn is first when several wait. Pure.

Emergency first; then those who are critical for another reason; then whoever has waited a minute, before any new one
that is not critical; within each of these, what is graver, then what is older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

LONG = timedelta(seconds=60)  # whoever waits longer is before each new contact that is not critical


class Severity(IntEnum):
    """What is known of a contact before anybody has spoken with her, the graver the higher."""

    NONE = 0
    SILENT_AGAIN = 1  # a silent call from this number came before it within a day
    CHILD = 2  # whoever is known to use this number is a child
    HIGH_RISK = 3  # an open case of high risk or emergency belongs to this number


GRAVE = frozenset({"high", "emergency"})


@dataclass(frozen=True)
class Claim:
    """What the order looks at. `since`: from when she waits; `id` only makes the order whole."""

    id: str
    emergency: bool
    risk: str | None
    severity: int
    since: datetime


def is_critical(emergency: bool, risk: str | None, severity: int) -> bool:
    """Is everybody rung at once? An emergency, a risk judged high, a case of high risk."""
    return emergency or risk in GRAVE or severity >= Severity.HIGH_RISK


def rank(claim: Claim, now: datetime) -> tuple[int, int, datetime, str]:
    """The key of the order at `now`: the smaller, the sooner."""
    return (_class(claim, now), -_gravity(claim), claim.since, claim.id)


def _class(claim: Claim, now: datetime) -> int:
    if claim.emergency:
        return 0
    if is_critical(False, claim.risk, claim.severity):
        return 1
    return 2 if now - claim.since > LONG else 3


def _gravity(claim: Claim) -> int:
    """A judged risk weighs as much as what is known of the number."""
    judged = {"high": Severity.HIGH_RISK, "emergency": Severity.HIGH_RISK, "medium": Severity.SILENT_AGAIN}
    return max(claim.severity, judged.get(claim.risk or "", Severity.NONE))


def outranks(one: Claim, other: Claim, now: datetime) -> bool:
    """Is it the turn of `one` before that of `other`?"""
    return rank(one, now) < rank(other, now)
