"""Write down what happened to a contact: the proof of how she was answered."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.intake.models import ContactEvent


def log_event(
    contact_id: uuid.UUID, code: str, now: datetime, actor_id: uuid.UUID | None = None, detail: str = ""
) -> uuid.UUID:
    """Add an event with `code` to the contact; its id. `detail` holds ids and codes only, never words of hers."""
    event_id = new_id()
    db.session.add(
        ContactEvent(id=event_id, contact_id=contact_id, at=now, code=code, actor_id=actor_id, detail=detail)
    )
    return event_id
