"""A contact becomes an emergency: by her key, by her words, or because a psychologist says so. It never goes back by itself."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.cases.actions.raise_risk import raise_risk
from tesa.intake.actions.log_event import log_event
from tesa.intake.events import EmergencyRaised, emergency_raised
from tesa.intake.models import Contact
from tesa.intake.rules import ladder
from tesa.intake.rules.words import Channel, ContactState


def raise_emergency(contact: Contact, by: str, actor_id: uuid.UUID | None, now: datetime) -> None:
    """Raise `contact` (locked by the caller of this act) to emergency and tell whoever listens. Twice does no harm.

    While she waits, the ladder goes on as in an emergency: everybody at once, then the coordinators.
    """
    mark_emergency(contact, by, actor_id, now)
    tell_emergency(contact, by, actor_id, now)


def mark_emergency(contact: Contact, by: str, actor_id: uuid.UUID | None, now: datetime) -> None:
    """The part that concerns the contact alone, and needs no key: her ladder hurries."""
    if contact.emergency_at is None:
        contact.risk, contact.emergency_at = "emergency", now
        log_event(contact.id, "emergency", now, actor_id, detail=by)
        if contact.state == ContactState.WAITING:
            _hurry(contact, now)


def tell_emergency(contact: Contact, by: str, actor_id: uuid.UUID | None, now: datetime) -> None:
    """Her case and the dispatches learn of it; both write to the audit trail."""
    if contact.case_id is not None:
        raise_risk(contact.case_id, "emergency", actor_id, now)
    event = EmergencyRaised(contact.id, contact.case_id, contact.channel, by, actor_id, now)
    emergency_raised.send(event)


def _hurry(contact: Contact, now: datetime) -> None:
    if contact.channel == Channel.VOICE:
        contact.ladder_step = ladder.step_for(True, contact.opened_at, now)
        contact.next_step_at = max(now, ladder.due_at(contact.ladder_step, True, contact.opened_at))
    else:
        contact.ladder_step = 0
        contact.next_step_at = now
