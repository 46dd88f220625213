"""Nobody has looked at a case that was opened by breaking the glass: coordinators and administrators are told, daily."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tesa.accounts.audit import record
from tesa.accounts.notices import holders, tell
from tesa.accounts.public import Role
from tesa.cases.models import BreakGlass
from tesa.cases.rules.glass import ALARM_EVERY
from tesa.core.db import db

LATE = "break_glass.late"


def alarm_unreviewed(now: datetime) -> int:
    """Tell of every opening that has waited for a review too long, and again each day; of how many."""
    late = db.session.scalars(
        select(BreakGlass)
        .where(BreakGlass.reviewed_at.is_(None), BreakGlass.alarm_at <= now)
        .order_by(BreakGlass.alarm_at)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in late:
        row.alarm_at = now + ALARM_EVERY
        record(None, "break_glass.late", "break_glass", row.id, now, case_id=row.case_id)
        tell(holders(Role.COORDINATOR, Role.ADMINISTRATOR), LATE, row.id, now, urgent=True)
    db.session.flush()
    return len(late)
