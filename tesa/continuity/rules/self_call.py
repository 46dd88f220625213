"""When the line calls itself, how a test is judged, and when everybody has to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MUST_MEET_WITHIN = timedelta(seconds=60)
CLAIMED_FOR = timedelta(minutes=2)  # so long a call from our second number may be that of the running test
AGAIN_AFTER = timedelta(minutes=15)  # a failed test is repeated, so that the banner goes when the line is well again
OLD_AFTER = timedelta(hours=26)


class Step(StrEnum):
    """The steps of a test, in order."""

    PLACED = "placed"  # Twilio has taken the order for the call
    RECEIVED = "received"  # the hotline's number has asked us
    QUEUED = "queued"  # the call waits and hears us
    RUNG = "rung"  # our second number has been called
    ACCEPTED = "accepted"  # key 1 has arrived
    MET = "met"  # both legs are in one conference


class Outcome(StrEnum):
    """How a test stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Alarm(StrEnum):
    """Why everybody sees a red banner."""

    FAILED = "failed"
    OLD = "old"


@dataclass(frozen=True)
class Past:
    """A test as these rules see it."""

    started_at: datetime
    outcome: str


def first_missing(seen: dict[Step, datetime | None]) -> Step | None:
    """The first step that was not seen; None when all were."""
    return next((step for step in Step if seen.get(step) is None), None)


def is_due(last: Past | None, now: datetime, at: time, zone: ZoneInfo) -> bool:
    """Does the line call itself now? Every day at `at`; once at the beginning; again after a failure."""
    if last is None:
        return True
    if last.outcome == Outcome.RUNNING:
        return False
    if last.outcome == Outcome.FAILED and now - last.started_at >= AGAIN_AFTER:
        return True
    today = now.astimezone(zone).replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return last.started_at < today <= now


def alarm(last: Past | None, succeeded_at: datetime | None, first_at: datetime | None, now: datetime) -> Alarm | None:
    """`last` is the last test that is over, `succeeded_at` the start of the last good one, `first_at` of the first."""
    if last is not None and last.outcome == Outcome.FAILED:
        return Alarm.FAILED
    since = succeeded_at or first_at
    return Alarm.OLD if since is not None and now - since > OLD_AFTER else None
