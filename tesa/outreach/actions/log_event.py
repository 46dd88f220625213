"""Write down what happened to a dispatch."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.outreach.models import Dispatch, DispatchEvent


@dataclass(frozen=True)
class By:
    """Who did it: an account (None: TeSA itself), perhaps in answer to an offer, perhaps with a field phone's own time."""

    actor_id: uuid.UUID | None = None
    offer_id: uuid.UUID | None = None
    device_at: datetime | None = None


def log_event(
    dispatch: Dispatch,
    code: str,
    now: datetime,
    by: By | None = None,
    *,
    detail: str | None = None,
    moved_from: str = "",
) -> None:
    """Add the next event to `dispatch` (locked by the caller of this act). `moved_from`: the state it has just left."""
    by = by or By()
    dispatch.events += 1
    db.session.add(
        DispatchEvent(
            id=new_id(),
            dispatch_id=dispatch.id,
            number=dispatch.events,
            code=code,
            actor_id=by.actor_id,
            offer_id=by.offer_id,
            at=now,
            device_at=by.device_at,
            from_state=moved_from or None,
            to_state=dispatch.state if moved_from else None,
            detail=detail,
        )
    )
