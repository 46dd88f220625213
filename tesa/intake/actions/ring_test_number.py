"""The line calls itself: the contact of the test is offered to our own second number, and to nobody else."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.offer_contact import offer_contact
from tesa.intake.queries import locked, offers_of
from tesa.intake.rules.words import TEST_NUMBER, ContactState


def ring_test_number(contact_id: uuid.UUID, now: datetime) -> bool:
    """Offer a waiting test contact to TESA_SELF_CALL_NUMBER, once. False when it waits no more or was offered before."""
    contact = locked(contact_id)
    if contact is None or not contact.test or contact.state != ContactState.WAITING or offers_of(contact_id):
        return False
    offer_contact(contact, "call", 0, now, setting_number=TEST_NUMBER, reasons="self-call")
    return True
