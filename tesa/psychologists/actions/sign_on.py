"""Somebody on duty may be rung again."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts import audit
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.rules.presence import State


def sign_on(account_id: uuid.UUID, now: datetime) -> None:
    """Paused, off or wrap-up becomes free; whoever rings or talks stays as she is."""
    if change_presence(account_id, [State.PAUSED, State.OFF, State.WRAPUP], State.FREE, now):
        audit.record(account_id, "duty.on", "account", account_id, now)
