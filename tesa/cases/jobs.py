"""What the worker calls every second for cases."""

from __future__ import annotations

from datetime import datetime

from tesa.cases.actions.alarm_unreviewed import alarm_unreviewed
from tesa.cases.queries import next_alarm
from tesa.core.db import db
from tesa.core.transactions import transaction


def watch_glass(now: datetime) -> datetime | None:
    """Tell of openings that nobody has reviewed in time; when the next one is too late, or None."""
    due = next_alarm()
    db.session.rollback()
    if due is None or due > now:
        return due
    with transaction():
        alarm_unreviewed(now)
    return None


JOBS = (("cases.glass", watch_glass),)
