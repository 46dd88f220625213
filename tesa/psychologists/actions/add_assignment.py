"""Put somebody on the rota."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts import audit
from tesa.core.db import db, new_id
from tesa.psychologists.actions.change_presence import ensure_presence
from tesa.psychologists.actions.check_assignment import check_assignment, flush_assignments
from tesa.psychologists.events import RotaChanged, rota_changed
from tesa.psychologists.models import Assignment
from tesa.psychologists.rules.rota import Source, Status


def add_assignment(
    account_id: uuid.UUID,
    line: str,
    tier: int,
    starts_at: datetime,
    ends_at: datetime,
    by: uuid.UUID | None,
    now: datetime,
    source: str = Source.MANUAL,
) -> uuid.UUID:
    """Give `account_id` a duty [starts_at, ends_at) on `line` and `tier`; the new assignment's id.

    `by` is the coordinator (None: the command line). Raises RuleBroken with the reason, NotFound for nobody active,
    Conflict when somebody else was faster.
    """
    check_assignment(account_id, line, tier, starts_at, ends_at)
    shift = put_down(account_id, line, tier, starts_at, ends_at, by, now, source)
    flush_assignments()
    rota_changed.send(RotaChanged(now))
    audit.record(by, "rota.add", "assignment", shift.id, now, None, **facts(shift))
    return shift.id


def put_down(
    account_id: uuid.UUID,
    line: str,
    tier: int,
    starts_at: datetime,
    ends_at: datetime,
    by: uuid.UUID | None,
    now: datetime,
    source: str,
    replaces_id: uuid.UUID | None = None,
) -> Assignment:
    """Add the row of a checked duty to the session."""
    ensure_presence([account_id], now)
    shift = Assignment(
        id=new_id(),
        account_id=account_id,
        line=line,
        tier=tier,
        starts_at=starts_at,
        ends_at=ends_at,
        source=source,
        status=Status.PLANNED,
        replaces_id=replaces_id,
        sequence=0,
        created_by=by,
        created_at=now,
        changed_at=now,
    )
    db.session.add(shift)
    return shift


def facts(shift: Assignment) -> dict[str, str | int]:
    """An assignment for the audit trail."""
    return {
        "account": str(shift.account_id),
        "line": shift.line,
        "tier": shift.tier,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
    }
