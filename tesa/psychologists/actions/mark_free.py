"""An offer ended without acceptance."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.rules.presence import State


def mark_free(account_id: uuid.UUID, now: datetime) -> None:
    """Ringing becomes free; whoever talks, writes up, has paused or is off stays as she is."""
    change_presence(account_id, [State.RINGING], State.FREE, now)
