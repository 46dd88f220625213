"""The time to write is over and the record is not written: the contact stays among what she owes, and that is noted."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.psychologists.public import writes_until


def file_unfinished(contact: Contact, now: datetime) -> None:
    """File `contact` (locked, to be recorded) as unfinished, or look again when the time that she asked for is over.

    She herself is free by then: a wrap-up runs out by its own clock.
    """
    who = contact.psychologist_id
    contact.next_step_at = writes_until(who, contact.id, now) if who is not None else None
    if contact.next_step_at is None:
        log_event(contact.id, "unfinished", now, who)
