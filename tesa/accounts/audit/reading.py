"""What pages and reports ask of the trail."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core.db import db


@dataclass(frozen=True)
class Entry:
    """One entry of the trail, as a page lists it."""

    at: datetime
    actor_id: uuid.UUID | None
    act: str
    object_id: uuid.UUID | None


def trail_of_case(case_id: uuid.UUID, acts: Collection[str], limit: int) -> list[Entry]:
    """The newest entries about a case that are one of `acts`, newest first."""
    table = AuditEntry.__table__
    rows = db.session.execute(
        select(table.c.at, table.c.actor_id, table.c.act, table.c.object_id)
        .where(table.c.case_id == case_id, table.c.act.in_(acts))
        .order_by(table.c.seq.desc())
        .limit(limit)
    )
    return [Entry(*row) for row in rows]
