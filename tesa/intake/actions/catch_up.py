"""What came in while the key provider was away, to a process that had never reached it, is made whole afterwards.

Such a process cannot work out a blind index nor sign the audit trail. It keeps the contact all the same, marked LATER
in the place of the index, and her ladder runs. When the keys are back, a job fills in the index, and an emergency becomes
a dispatch.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db
from tesa.core.vault import LATER, vault
from tesa.intake import sealing
from tesa.intake.actions.raise_emergency import mark_emergency, tell_emergency
from tesa.intake.models import Contact
from tesa.intake.queries import locked
from tesa.intake.rules.words import Channel
from tesa.telephony.numbers import normalised

AT_ONCE = 100  # contacts a tick


def put_off(contact: Contact, by: str, now: datetime) -> None:
    """An emergency of a locked contact whose telling has to wait for the keys; herself it hurries at once."""
    mark_emergency(contact, by, None, now)
    contact.caller_index = LATER


def put_off_contacts() -> Sequence[uuid.UUID]:
    """The contacts that wait for the keys, oldest first, AT_ONCE at most."""
    waiting = select(Contact.id).where(Contact.caller_index == LATER).order_by(Contact.opened_at).limit(AT_ONCE)
    return db.session.scalars(waiting).all()


def catch_up(contact_id: uuid.UUID, now: datetime) -> None:
    """Fill in what is missing of one contact. Raises KeysAway while it still has to wait."""
    contact = locked(contact_id)
    if contact is None or contact.caller_index != LATER:
        return
    number = normalised(sealing.open_number(contact.id, contact.caller_sealed))
    contact.caller_index = vault.blind_index("number", number) if number else None
    if contact.emergency_at is not None:
        tell_emergency(contact, "caller_key" if contact.channel == Channel.VOICE else "caller_words", None, now)
