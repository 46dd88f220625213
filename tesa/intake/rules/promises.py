"""A promise to call back: who is told of it at which age, and when she is tried again. Pure.

Nothing here ends a promise: silence never closes one, only a person does, with an outcome and a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

FIRST_TRY_WITHIN = timedelta(minutes=5)
HEARD_WITHIN = timedelta(minutes=15)
"""What a caller who leaves a message is promised: at that age a coordinator is told, whoever was told before."""
AGAIN_EVERY = timedelta(minutes=30)
LOOK_AGAIN = timedelta(minutes=1)
"""While she is on the line there is nobody to call; then the ladder looks again."""
AFTER_TALK = timedelta(minutes=5)
TELL_AFTER_TRIES = 3
TRY_AGAIN_AFTER = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))


@dataclass(frozen=True)
class Rung:
    """At this age `who` is told: best, next, back_up, coordinator or director."""

    at: timedelta
    who: str


LADDER = (
    Rung(timedelta(0), "best"),
    Rung(timedelta(minutes=5), "next"),
    Rung(timedelta(minutes=10), "back_up"),
    Rung(HEARD_WITHIN, "coordinator"),
    Rung(timedelta(minutes=30), "director"),
)


ASSIGNS_FROM = 1
"""The rung from which on one person answers for the promise."""


def rung(step: int) -> Rung:
    """The rung with number `step` (from 0); past the top, the last one again."""
    return LADDER[min(step, len(LADDER) - 1)]


def due_at(step: int, since: datetime) -> datetime:
    """When the rung with number `step` is due of a promise whose ladder counts from `since`."""
    return since + rung(step).at + AGAIN_EVERY * max(0, step - (len(LADDER) - 1))


def next_step(step: int, since: datetime, now: datetime) -> tuple[int, datetime]:
    """The next rung and when it is due: a worker that was away does not climb rung after rung in one second."""
    following = step + 1
    while due_at(following + 1, since) <= now:
        following += 1
    return following, max(due_at(following, since), now + timedelta(seconds=1))


class SafeHours(Protocol):
    """From when she may be reached, and whether a time of day is one of these hours."""

    @property
    def since(self) -> time:
        """The first minute."""

    def hold(self, at: time) -> bool:
        """Is `at` one of these hours?"""


def safe_from(at: datetime, hours: Sequence[SafeHours], zone: ZoneInfo) -> datetime | None:
    """The first moment from `at` on that lies in everybody's hours; None when there is none: a person decides."""
    local = at.astimezone(zone)
    starts = (
        datetime.combine(local.date() + timedelta(days=day), each.since, tzinfo=zone)
        for day in (0, 1)
        for each in hours
    )
    moments = sorted({local, *(start for start in starts if start >= local)})
    fit = (moment for moment in moments if all(each.hold(moment.time()) for each in hours))
    found = next(fit, None)
    return found.astimezone(at.tzinfo) if found else None


def try_again_at(tries: int, now: datetime, hours: Sequence[SafeHours], zone: ZoneInfo) -> datetime | None:
    """When she is tried again after `tries` attempts that did not reach her; None as in `safe_from`."""
    return safe_from(now + TRY_AGAIN_AFTER[min(tries, len(TRY_AGAIN_AFTER)) - 1], hours, zone)


def spoken_minutes(amount: timedelta) -> int:
    """How many minutes a caller is promised."""
    return int(amount.total_seconds() // 60)
