"""What the tests of the rota share."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.psychologists.actions.add_assignment import add_assignment
from tesa.psychologists.models import Assignment

HOURS = timedelta(hours=1)


def at(hours: float) -> datetime:
    """So many hours from the clock's time."""
    return clock.now() + hours * HOURS


def add(
    account_id: uuid.UUID, starts: float, ends: float, tier: int = 1, line: str = "hotline", by: uuid.UUID | None = None
) -> uuid.UUID:
    """Add an assignment from so many to so many hours from now, as a coordinator would."""
    with transaction():
        return add_assignment(account_id, line, tier, at(starts), at(ends), by, clock.now())


def row(assignment_id: uuid.UUID) -> Assignment:
    """An assignment as it stands in the database."""
    db.session.rollback()
    found = db.session.get(Assignment, assignment_id, populate_existing=True)
    assert found is not None
    return found


def all_rows() -> list[tuple[uuid.UUID, datetime, datetime, str]]:
    """Person, start, end, status of every assignment, by start."""
    db.session.rollback()
    rows = db.session.execute(
        select(Assignment.account_id, Assignment.starts_at, Assignment.ends_at, Assignment.status).order_by(
            Assignment.starts_at, Assignment.account_id
        )
    )
    return [tuple(found) for found in rows]


def trail() -> list[AuditEntry]:
    """What is on record about the rota, oldest first."""
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.act.like("rota.%")).order_by(AuditEntry.seq))
    return list(entries)
