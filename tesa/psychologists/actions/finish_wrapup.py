"""The record is written."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.rules.presence import State


def finish_wrapup(account_id: uuid.UUID, now: datetime) -> None:
    """Wrap-up becomes free before its time; anything else stays."""
    change_presence(account_id, [State.WRAPUP], State.FREE, now)
