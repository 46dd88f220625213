"""What the worker calls every second for accounts; each job looks at most as often as it has to."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app

from tesa.accounts.audit import heads, keys
from tesa.telephony.inbound import settings

LOOK_AGAIN = timedelta(minutes=1)


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


def _is_time(name: str, now: datetime) -> bool:
    """Has a minute passed, or the clock been set back, since this job last looked?"""
    looked: dict[str, datetime] = current_app.extensions.setdefault("tesa_accounts_jobs", {})
    last = looked.get(name)
    if last is not None and timedelta(0) <= now - last < LOOK_AGAIN:
        return False
    looked[name] = now
    return True


JOBS = (("audit.head", keep_head), ("audit.day_key", keep_day_key))
