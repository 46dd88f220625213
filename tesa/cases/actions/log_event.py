"""Put an event on a case's timeline."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.cases.models import Case, CaseEvent
from tesa.core.db import db


def log_event(
    case: Case,
    code: str,
    now: datetime,
    actor_id: uuid.UUID | None,
    ref: uuid.UUID | None = None,
    detail: str | None = None,
) -> None:
    """Add an event to `case`, which is locked. `detail` is a code, `ref` an id; never words of hers."""
    case.events += 1
    case.last_event_at = now
    db.session.add(
        CaseEvent(
            case_id=case.id, number=case.events, at=now, code=code, actor_id=actor_id, ref=ref, detail=detail
        )
    )  # fmt: skip
    db.session.flush()
