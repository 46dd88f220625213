"""The psychologist's leg is ready: fetch the caller out of the queue into the conference."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake.models import Contact, Offer
from tesa.telephony.outbox import enqueue

FETCH = "intake.fetch_caller"
MUST_JOIN_WITHIN = timedelta(seconds=20)


def fetch_caller(offer: Offer, contact: Contact, now: datetime) -> None:
    """Ask Twilio to lead the caller of `contact` (locked) to the conference; watch that she arrives."""
    offer.joined_at = now
    contact.next_step_at = now + MUST_JOIN_WITHIN
    enqueue(FETCH, offer.id, now)
