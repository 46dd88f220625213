"""An offer was not taken in time."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.psychologists.models import DutyMiss


def note_missed_offer(account_id: uuid.UUID, now: datetime) -> None:
    """Count it: for a quarter of an hour she is rung after those who missed fewer."""
    db.session.add(DutyMiss(id=new_id(), account_id=account_id, at=now))
