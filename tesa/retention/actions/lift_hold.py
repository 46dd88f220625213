"""Let a case go from its hold."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.cases.endings import hold_still
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.retention.queries import unlifted


def lift_hold(case_id: uuid.UUID, by: uuid.UUID, now: datetime) -> None:
    """Lift the hold on the case; the rules hold for it again. Raises NotFound when it is not held."""
    hold = unlifted(case_id) if hold_still(case_id) else None
    if hold is None:
        raise NotFound
    hold.lifted_at, hold.lifted_by = now, by
    db.session.flush()
    record(by, "hold.lift", "hold", hold.id, now, case_id=case_id)
