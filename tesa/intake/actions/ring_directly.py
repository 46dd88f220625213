"""Twilio could not go on with our documents: she is led straight to the duty phones, outside the queue."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.join_room import CHECK_EVERY
from tesa.intake.actions.last_resort import last_resort
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.words import ContactState
from tesa.intake.wishes import never_for
from tesa.telephony.plans import Plan


def ring_directly(contact_id: uuid.UUID | None, now: datetime) -> Plan:
    """Ring those on duty one after the other; the ladder of her contact stops, so that nobody takes her out of that talk.

    Who answered is not known to us. When her call is over, a call-back task asks a person to look.
    """
    contact = locked(contact_id) if contact_id else None
    call = call_of(contact_id) if contact_id else None
    if contact is not None and call is not None and contact.state == ContactState.WAITING:
        withdraw_offers(contact.id, now)
        contact.state, contact.waiting_since = ContactState.IN_PROGRESS, None
        contact.next_step_at, call.joined_at = now + CHECK_EVERY, now
        log_event(contact.id, "last_resort", now)
    return last_resort(now, never_for(contact) if contact is not None else ())
