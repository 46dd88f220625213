"""The rota's rules: what an assignment may be, and where nobody is on. All times aware UTC, stretches half-open [start, end)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tesa.accounts.rules.roles import Role

YEARS = range(2000, 2100)  # outside them somebody has mistyped
LONGEST_DUTY = timedelta(hours=48)  # a question about "now" may therefore look back 48 h and no further


class Line(StrEnum):
    """What an assignment is for: the telephone line (psychologists and coordinators) or outreach."""

    HOTLINE = "hotline"
    OUTREACH = "outreach"


class Status(StrEnum):
    """An assignment is never deleted: whoever was told of it can be told that it is cancelled."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class Source(StrEnum):
    """Where an assignment comes from."""

    MANUAL = "manual"
    IMPORT = "import"


class Tier:
    """First line, back-up, coordinator."""

    FIRST, BACK_UP, COORDINATOR = ALL = (1, 2, 3)


class Flaw(StrEnum):
    """Why an assignment cannot be."""

    NO_ZONE = "no_zone"
    OUT_OF_RANGE = "out_of_range"
    REVERSED = "reversed"
    TOO_LONG = "too_long"
    UNKNOWN_TIER = "unknown_tier"
    UNKNOWN_LINE = "unknown_line"
    NOT_PSYCHOLOGIST = "not_psychologist"
    NOT_COORDINATOR = "not_coordinator"
    NOT_OUTREACH = "not_outreach"


@dataclass(frozen=True)
class Stretch:
    """A piece of time [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: Stretch) -> bool:
        """Do the two share an instant? Neighbours that only touch do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def usual_line(roles: Iterable[Role]) -> Line:
    """The line of a person when nothing is said: the hotline for psychologists and coordinators, else outreach."""
    return Line.HOTLINE if {Role.PSYCHOLOGIST, Role.COORDINATOR} & set(roles) else Line.OUTREACH


def time_flaw(starts_at: datetime, ends_at: datetime) -> Flaw | None:
    """What is wrong with these times, if anything."""
    if starts_at.utcoffset() is None or ends_at.utcoffset() is None:
        return Flaw.NO_ZONE
    if starts_at.year not in YEARS or ends_at.year not in YEARS:
        return Flaw.OUT_OF_RANGE
    if ends_at <= starts_at:
        return Flaw.REVERSED
    return Flaw.TOO_LONG if ends_at - starts_at > LONGEST_DUTY else None


def role_flaw(line: str, tier: int, roles: Iterable[Role]) -> Flaw | None:
    """What is wrong with giving somebody who has `roles` this line and tier, if anything.

    Tiers 1 and 2 of the hotline are a psychologist's, tier 3 a coordinator's, every tier of outreach a worker's.
    """
    held = set(roles)
    if tier not in Tier.ALL:
        return Flaw.UNKNOWN_TIER
    if line == Line.OUTREACH:
        return None if Role.OUTREACH in held else Flaw.NOT_OUTREACH
    if line != Line.HOTLINE:
        return Flaw.UNKNOWN_LINE
    if tier == Tier.COORDINATOR:
        return None if Role.COORDINATOR in held else Flaw.NOT_COORDINATOR
    return None if Role.PSYCHOLOGIST in held else Flaw.NOT_PSYCHOLOGIST


def gaps(covered: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """The stretches of [start, end) that nothing of `covered` touches, in order."""
    found: list[Stretch] = []
    reached = start
    for stretch in sorted(covered, key=lambda s: s.starts_at):
        if reached >= end:
            break
        if stretch.starts_at > reached:
            found.append(Stretch(reached, min(stretch.starts_at, end)))
        reached = max(reached, stretch.ends_at)
    if reached < end:
        found.append(Stretch(reached, end))
    return found


def run_until(shifts: Iterable[Stretch], now: datetime) -> datetime | None:
    """When the duty that runs at `now` ends, adjoining shifts taken together; None when there is none."""
    reached = now
    for stretch in sorted(shifts, key=lambda s: s.starts_at):
        if stretch.starts_at <= reached < stretch.ends_at:
            reached = stretch.ends_at
    return reached if reached > now else None
