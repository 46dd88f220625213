"""How long a session lasts without an act, and how long a second factor counts as just shown. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

USUAL = timedelta(minutes=15)
IN_CALL = timedelta(minutes=30)  # who listens does not click
SHARED = timedelta(minutes=5)  # a device that others use too
LONGEST_IDLE = max(USUAL, IN_CALL, SHARED)
FRESH_FOR = timedelta(minutes=5)


def idle_limit(shared: bool, in_call: bool) -> timedelta:
    """How long a session may lie idle. A call counts for more than the device: it must not end in the middle."""
    if in_call:
        return IN_CALL
    return SHARED if shared else USUAL


def fresh_until(stepped_up_at: datetime | None) -> datetime | None:
    """Until when the second factor shown at `stepped_up_at` counts for dangerous acts."""
    return stepped_up_at + FRESH_FOR if stepped_up_at else None


def is_fresh(stepped_up_at: datetime | None, now: datetime) -> bool:
    """Was a second factor shown within the last minutes? A time ahead of `now` is no proof."""
    return stepped_up_at is not None and stepped_up_at <= now < stepped_up_at + FRESH_FOR
