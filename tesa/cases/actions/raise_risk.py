"""Something that happened raises the risk of a case."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.cases.actions.log_event import log_event
from tesa.cases.queries import locked
from tesa.cases.rules.risk import Risk, rank
from tesa.core.errors import NotFound


def raise_risk(case_id: uuid.UUID, risk: str, by: uuid.UUID | None, now: datetime) -> bool:
    """Raise the case's risk to `risk`; True if that was higher than before. Never lowers it.

    `by` None: TeSA itself (a caller's key, her words). Raises NotFound when there is no such case.
    """
    case = locked(case_id)
    if case is None:
        raise NotFound
    level = Risk(risk)
    if rank(level) <= rank(case.risk):
        return False
    case.risk = level
    log_event(case, "risk_raised", now, by, detail=level)
    record(by, "case.risk", "case", case.id, now, case_id=case.id, risk=level.value)
    return True
