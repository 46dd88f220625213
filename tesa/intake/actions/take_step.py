"""A contact's deadline has passed: do what is due and set the next one."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.intake.actions.climb_ladder import climb_ladder
from tesa.intake.actions.climb_message_ladder import climb_message_ladder
from tesa.intake.actions.note_caller_status import caller_is_gone
from tesa.intake.actions.watch_connection import presumed_gone, watch_connection
from tesa.intake.models import Contact
from tesa.intake.rules.words import Channel, ContactState


def take_step(contact_id: uuid.UUID, now: datetime) -> bool:
    """Do the due step of one contact. False if another worker holds it or nothing is due any more."""
    contact = db.session.scalar(
        db.select(Contact)
        .where(Contact.id == contact_id, Contact.next_step_at <= now)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if contact is None:
        return False
    if contact.test:  # nobody is rung for it; whoever started the test ends it
        contact.next_step_at = None
        return True
    if contact.channel != Channel.VOICE:
        climb_message_ladder(contact, now)
    elif contact.state == ContactState.IN_PROGRESS:
        watch_connection(contact, now)
    elif contact.state == ContactState.WAITING and presumed_gone(contact, now):
        caller_is_gone(contact, now)
    else:
        climb_ladder(contact, now)
    return True
