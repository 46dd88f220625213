"""A contact's deadline has passed: do what is due and set the next one."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import or_

from tesa.core.db import db
from tesa.intake.actions.climb_ladder import climb_ladder, ring_who_is_free
from tesa.intake.actions.climb_message_ladder import climb_message_ladder
from tesa.intake.actions.file_unfinished import file_unfinished
from tesa.intake.actions.note_caller_status import caller_is_gone
from tesa.intake.actions.watch_connection import presumed_gone, watch_connection
from tesa.intake.models import Contact
from tesa.intake.rules.words import Channel, ContactState


def take_step(contact_id: uuid.UUID, now: datetime) -> bool:
    """Do the due step of one contact, or ring who has become free for one that waits between two steps.

    False if another worker holds it or nothing is to be done any more.
    """
    contact = db.session.scalar(
        db.select(Contact)
        .where(Contact.id == contact_id, or_(Contact.next_step_at <= now, Contact.state == ContactState.WAITING))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if contact is None:
        return False
    due = contact.next_step_at is not None and contact.next_step_at <= now
    if contact.test:  # nobody is rung for it; whoever started the test ends it
        contact.next_step_at = None
        return True
    if contact.state == ContactState.TO_RECORD:
        file_unfinished(contact, now)
    elif not due:
        if contact.channel == Channel.VOICE:
            ring_who_is_free(contact, now)
    elif contact.channel != Channel.VOICE:
        climb_message_ladder(contact, now)
    elif contact.state == ContactState.IN_PROGRESS:
        watch_connection(contact, now)
    elif contact.state == ContactState.WAITING and presumed_gone(contact, now):
        caller_is_gone(contact, now)
    else:
        climb_ladder(contact, now)
    return True
