"""A psychologist answers a text. It goes out through the outbox, at most once."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.cases.public import How
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.intake import sealing
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact, Message
from tesa.intake.reaching import refuse_unsafe
from tesa.intake.rules.words import MESSAGE_RANK, Channel, ContactState
from tesa.telephony.outbox import enqueue

SEND = "intake.send_reply"
LONGEST = 1600


def send_reply(contact: Contact, text: str, author_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """Write the reply to `contact` (locked, hers) down and let it go out; gives the message's id.

    Raises RuleBroken when the text is empty or too long, or the contact is not a conversation of hers,
    and Conflict with the reason when it is not safe for the caller to be written to now.
    """
    text = text.strip()
    if not text:
        raise RuleBroken(_("Balasan masih kosong."))
    if len(text) > LONGEST:
        raise RuleBroken(_("Balasan terlalu panjang: paling banyak 1600 karakter."))
    if contact.channel == Channel.VOICE:
        raise RuleBroken(_("Panggilan suara tidak dibalas dengan pesan."))
    if contact.state != ContactState.IN_PROGRESS or contact.psychologist_id != author_id:
        raise RuleBroken(_("Ambil percakapan ini lebih dahulu."))
    refuse_unsafe(How.MESSAGE, contact, now)
    message_id = new_id()
    db.session.add(
        Message(
            id=message_id,
            contact_id=contact.id,
            direction="out",
            author_id=author_id,
            body_sealed=sealing.seal_body(contact.id, message_id, text),
            status="queued",
            status_rank=MESSAGE_RANK["queued"],
            created_at=now,
        )
    )
    db.session.flush()
    contact.waiting_since, contact.next_step_at, contact.ladder_step = None, None, 0
    log_event(contact.id, "replied", now, author_id)
    enqueue(SEND, message_id, now)
    return message_id
