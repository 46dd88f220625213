"""Ring one person for one contact. This is the lock that lets nobody be rung for two."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db
from tesa.psychologists.actions.change_presence import change_presence, ensure_presence, is_in
from tesa.psychologists.models import DutyPresence
from tesa.psychologists.rules.presence import State


def mark_ringing(account_id: uuid.UUID, contact_id: uuid.UUID, now: datetime) -> bool:
    """Free becomes ringing for `contact_id`. False when she is not free, or when somebody else is about to ring her.

    The row is locked without waiting: two transactions that ring several people in different orders would otherwise
    wait for each other. Whoever finds it locked takes the next person.
    """
    ensure_presence([account_id], now)
    free = db.session.scalar(
        select(DutyPresence.account_id)
        .where(DutyPresence.account_id == account_id, is_in([State.FREE], now))
        .with_for_update(skip_locked=True)
    )
    return free is not None and change_presence(account_id, [State.FREE], State.RINGING, now, contact_id=contact_id)
