"""An offer ended without acceptance."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.psychologists.actions.carry_out_order import carry_out_order
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.rules.presence import State


def mark_free(account_id: uuid.UUID, now: datetime) -> None:
    """Ringing becomes free, or off if a coordinator has ended her duty meanwhile; whoever talks, writes up, has paused or is off stays as she is."""
    if change_presence(account_id, [State.RINGING], State.FREE, now):
        carry_out_order(account_id, now)
