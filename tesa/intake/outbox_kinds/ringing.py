"""Telephones of staff: they ring, stop, are led into the conference."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake import addresses
from tesa.intake.actions.accept_offer import CALL_IN
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.note_caller_status import TELL_GONE
from tesa.intake.actions.offer_contact import RING
from tesa.intake.actions.withdraw_offers import STOP_RINGING
from tesa.intake.models import Offer
from tesa.intake.outbox_kinds.phones import nothing_more, phone_of
from tesa.intake.queries import locked
from tesa.intake.rules.words import FINAL_RANK, OfferOutcome
from tesa.telephony.gateway import EndCall, PlaceCall, RedirectCall, Request
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

RING_SECONDS = 20


def _compose_ring(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.outcome is not None:
        return None
    phone = phone_of(offer)
    if phone is None:
        return None
    return PlaceCall(
        to=phone,
        url=addresses.of_offer(offer.token),
        status_url=addresses.of_offer(offer.token, "status"),
        ring_seconds=RING_SECONDS,
    )


def _settle_ring(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Keep the leg's SID; a phone that cannot be rung is a missed offer at once. A withdrawn one is stopped now."""
    contact_id = db.session.scalar(select(Offer.contact_id).where(Offer.id == ref))
    contact = locked(contact_id) if contact_id else None
    offer = db.session.get(Offer, ref, populate_existing=True)
    if contact is None or offer is None:
        return
    if outcome.state == "sent":
        offer.call_sid = offer.call_sid or outcome.sid
        if offer.outcome not in (None, OfferOutcome.ACCEPTED):
            enqueue(STOP_RINGING, offer.id, now)
    elif outcome.state == "failed":
        miss_offer(offer, contact, OfferOutcome.MISSED, now)


def _compose_stop(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.call_sid is None or offer.leg_rank >= FINAL_RANK:
        return None
    return EndCall(offer.call_sid)


def _compose_call_in(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.outcome != OfferOutcome.ACCEPTED or offer.call_sid is None or offer.joined_at is not None:
        return None
    return RedirectCall(offer.call_sid, addresses.of_offer(offer.token, "join"))


def _compose_gone(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.call_sid is None or offer.leg_rank >= FINAL_RANK:
        return None
    return RedirectCall(offer.call_sid, addresses.of_offer(offer.token, "gone"))


KINDS = (
    Kind(RING, _compose_ring, _settle_ring, Promise.REPEAT),
    Kind(STOP_RINGING, _compose_stop, nothing_more, Promise.CONTROL),
    Kind(CALL_IN, _compose_call_in, nothing_more, Promise.CONTROL),
    Kind(TELL_GONE, _compose_gone, nothing_more, Promise.CONTROL),
)
