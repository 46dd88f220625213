"""Delivery states of our texts arrive twice, late and out of order: the rank decides, lower ones are ignored."""

from __future__ import annotations

import uuid

from tesa.core.db import db
from tesa.intake.models import Message
from tesa.intake.rules.words import MESSAGE_RANK


def note_message_status(message_id: uuid.UUID | None, sid: str, status: str, error_code: str | None) -> None:
    """Take note of a state. The message is known by our own id (in the callback's address) or by Twilio's SID."""
    condition = Message.id == message_id if message_id else Message.sid == sid
    message = db.session.scalar(db.select(Message).where(condition).with_for_update())
    rank = MESSAGE_RANK.get(status, 0)
    if message is None or message.direction == "in" or rank <= message.status_rank:
        return
    message.status, message.status_rank = status, rank
    message.sid = message.sid or (sid or None)
    message.error_code = error_code if status in ("failed", "undelivered") else None
