"""Lend a psychologist access to somebody else's case."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import CaseAccess
from tesa.cases.queries import locked
from tesa.core.db import db
from tesa.core.errors import NotFound


def grant_access(case_id: uuid.UUID, account_id: uuid.UUID, until: datetime, now: datetime) -> None:
    """Let `account_id` work on the case until `until`; a later end that she already has stays. The owner needs none."""
    case = locked(case_id)
    if case is None:
        raise NotFound
    if case.owner_id == account_id:
        return
    lent = db.session.get(CaseAccess, (case_id, account_id))
    if lent is None:
        lent = CaseAccess(case_id=case_id, account_id=account_id, until=until)
        db.session.add(lent)
    elif lent.until >= until:
        return
    lent.until = until
    log_event(case, "access_lent", now, None, ref=account_id)
    record(None, "case.access", "case", case.id, now, case_id=case.id, account=str(account_id), until=until.isoformat())
