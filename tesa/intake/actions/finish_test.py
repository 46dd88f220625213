"""A test of the line is over: its contact is closed, and its telephones stop."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.ring_lines import stop_lines
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked, offers_of
from tesa.intake.rules.words import ContactState, OfferOutcome


def finish_test(contact: Contact, now: datetime) -> None:
    """Close a test contact (locked), however far it has come; its telephone stops. Twice does no harm."""
    if contact.state == ContactState.FINALIZED:
        return
    withdraw_offers(contact.id, now)
    for offer in offers_of(contact.id):
        if offer.outcome == OfferOutcome.ACCEPTED:
            stop_lines(offer, now)
    call = call_of(contact.id)
    if call is not None and call.ended_at is None:
        call.ended_at, call.ended_by = now, "system"
    contact.state, contact.outcome, contact.finalized_at = ContactState.FINALIZED, "test", now
    contact.ended_at, contact.waiting_since, contact.next_step_at = contact.ended_at or now, None, None
    log_event(contact.id, "finalized", now, detail="test")


def close_test(contact_id: uuid.UUID, now: datetime) -> None:
    """The same for whoever started the test; nothing for any other contact."""
    contact = locked(contact_id)
    if contact is not None and contact.test:
        finish_test(contact, now)
