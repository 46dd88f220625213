"""The clock of one dispatch has run: take the step that is due."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.outreach.actions.climb_ladder import climb_ladder
from tesa.outreach.queries import locked_if_due


def advance_dispatch(dispatch_id: uuid.UUID, now: datetime) -> bool:
    """Take the due step; False when there is none any more or another worker is at it."""
    dispatch = locked_if_due(dispatch_id, now)
    if dispatch is None:
        return False
    climb_ladder(dispatch, now)
    return True
