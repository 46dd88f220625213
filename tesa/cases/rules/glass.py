"""Breaking the glass: a coordinator opens one case for an hour, and another person looks at it afterwards."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

OPEN_FOR = timedelta(minutes=60)
MOST_A_DAY = 3
REVIEW_WITHIN = timedelta(hours=24)
ALARM_EVERY = timedelta(hours=24)
SHORTEST_REASON, LONGEST_REASON = 20, 2000


class Verdict(StrEnum):
    """What the reviewer found."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


def fits(reason: str) -> bool:
    """Is this enough of a reason, and not too much?"""
    return SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON
