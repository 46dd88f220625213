"""Write down what happened to a contact: the proof of how she was answered."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.intake.models import ContactEvent


def log_event(
    contact_id: uuid.UUID, code: str, now: datetime, actor_id: uuid.UUID | None = None, detail: str = ""
) -> None:
    """Add an event with `code` to the contact. `detail` holds ids and codes only, never words of hers."""
    db.session.add(
        ContactEvent(id=new_id(), contact_id=contact_id, at=now, code=code, actor_id=actor_id, detail=detail)
    )
