"""What the worker calls every second for accounts; each job looks at most as often as it has to."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from tesa.accounts.actions.tell_of_readings import tell_of_readings
from tesa.accounts.audit import heads, keys
from tesa.accounts.audit.meter_reading import counts, told_within_hour
from tesa.accounts.public import everybody
from tesa.accounts.rules.meter import newly_tripped
from tesa.accounts.two_person import expire_proposals
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.telephony.inbound import settings

LOOK_AGAIN = timedelta(minutes=1)
LOOK_AT_READINGS = timedelta(seconds=10)
OPEN_AGAIN = timedelta(hours=1)


def keep_head(now: datetime) -> datetime | None:
    """Write the newest entry of the trail to the second place, once an hour whatever the number of workers."""
    if _is_time("heads", now):
        heads.write_head(settings().second_place, now, every=heads.EVERY)
    return None


def keep_day_key(now: datetime) -> datetime | None:
    """Store the trail's key of the day once the first entry is signed with it; yesterday's is deleted."""
    if _is_time("day_key", now):
        keys.store_newest()
    return None


def keep_staff_keys(now: datetime) -> datetime | None:
    """Open everybody's name and number, so that this process can ring her though the key provider goes away."""
    if _is_time("staff_keys", now, every=OPEN_AGAIN):
        everybody()
        db.session.rollback()
    return None


def watch_readings(now: datetime) -> datetime | None:
    """Tell the coordinators who has opened very much within the hour."""
    if _is_time("readings", now, every=LOOK_AT_READINGS):
        news = newly_tripped(counts(now), told_within_hour(now))
        db.session.rollback()
        if news:
            with transaction():
                tell_of_readings(now)
    return None


def close_late_proposals(now: datetime) -> datetime | None:
    """Close proposals that nobody has answered in time."""
    if _is_time("proposals", now):
        with transaction():
            expire_proposals(now)
    return None


def _is_time(name: str, now: datetime, every: timedelta = LOOK_AGAIN) -> bool:
    """Has that time passed, or the clock been set back, since this job last looked?"""
    looked: dict[str, datetime] = current_app.extensions.setdefault("tesa_accounts_jobs", {})
    last = looked.get(name)
    if last is not None and timedelta(0) <= now - last < every:
        return False
    looked[name] = now
    return True


JOBS = (
    ("audit.head", keep_head),
    ("audit.day_key", keep_day_key),
    ("accounts.staff_keys", keep_staff_keys),
    ("accounts.readings", watch_readings),
    ("accounts.proposals", close_late_proposals),
)
