"""Somebody has accepted a contact."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.actions.mark_wrapup import close_talks
from tesa.psychologists.models import DutyTalk
from tesa.psychologists.rules.presence import State


def mark_talking(account_id: uuid.UUID, contact_id: uuid.UUID, now: datetime) -> None:
    """She talks with `contact_id`, whatever she did before: an acceptance is a fact. The talk is counted from `now`."""
    close_talks(account_id, now)
    change_presence(account_id, list(State), State.TALKING, now, contact_id=contact_id, reachable_at=now)
    db.session.add(DutyTalk(id=new_id(), account_id=account_id, contact_id=contact_id, started_at=now))
