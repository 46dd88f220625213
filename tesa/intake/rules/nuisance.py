"""Flags on a number: what they are, how long they last, and when one is suggested. Pure.

A flag always ends. Nothing here blocks anybody: the rule suggests, a coordinator decides. Calls without a word are
never counted, because whoever cannot speak would be silenced by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(days=90)
SUGGEST_AFTER = 3  # contacts of one number that were put on record as COUNTED ...
SUGGEST_WITHIN = timedelta(days=14)  # ... within this
SUGGESTION_LASTS = timedelta(days=14)  # then it is forgotten, if nobody has decided
BLOCKED = "blocked"
"""The outcome of a call that was not put through. Nobody chooses it."""


class FlagKind(StrEnum):
    """What a flag does. A suggestion does nothing; nuisance and abusive warn; blocked is not put through."""

    SUGGESTED = "suggested"
    NUISANCE = "nuisance"
    ABUSIVE = "abusive"
    BLOCKED = "blocked"


class FlagReason(StrEnum):
    """Why, as a code: a free text would end in a list."""

    PRANK = "prank"
    ABUSIVE = "abusive"
    SEXUAL = "sexual_gratification"
    THREATENING = "threatening"
    FLOODING = "flooding"  # so many calls that others do not get through


COUNTED = frozenset({FlagReason.PRANK, FlagReason.ABUSIVE, FlagReason.SEXUAL})


class EndFlaw(StrEnum):
    """Why a flag cannot end then."""

    NOT_AHEAD = "not_ahead"
    TOO_FAR = "too_far"


def suggested_by(outcomes: Iterable[tuple[str | None, datetime]], now: datetime) -> FlagReason | None:
    """The reason for which a flag is suggested for the number with these contacts (outcome, when it came in), if any.

    It is the outcome seen most often; of several, the first by name.
    """
    seen = Counter(outcome for outcome, at in outcomes if outcome in COUNTED and now - SUGGEST_WITHIN < at <= now)
    if seen.total() < SUGGEST_AFTER:
        return None
    return FlagReason(min(seen, key=lambda outcome: (-seen[outcome], outcome or "")))


def end_flaw(until: datetime, now: datetime) -> EndFlaw | None:
    """What is wrong with this end of a flag, if anything."""
    if until <= now:
        return EndFlaw.NOT_AHEAD
    return EndFlaw.TOO_FAR if until - now > LONGEST else None


def turned_away(kinds: Iterable[str], emergency: bool, high_risk: bool) -> bool:
    """Is a number with flags of these `kinds` not put through? Never in an emergency that is open, and never where an
    open case of high risk belongs to it: the block then stops counting, whatever it says.
    """
    return FlagKind.BLOCKED in set(kinds) and not emergency and not high_risk
