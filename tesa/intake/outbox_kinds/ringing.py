"""Lines of staff: they ring, stop, are led into the conference."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.intake import addresses
from tesa.intake.actions.accept_offer import CALL_IN
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.note_caller_status import TELL_GONE
from tesa.intake.actions.ring_lines import RING, STOP_RINGING, note_line, rings_elsewhere
from tesa.intake.models import Offer
from tesa.intake.outbox_kinds.phones import nothing_more, phone_of
from tesa.intake.ringing_models import OfferLeg
from tesa.intake.ringing_queries import line_by_id
from tesa.intake.rules.softphone import BROWSER, address_of
from tesa.intake.rules.words import FINAL_RANK, OfferOutcome
from tesa.telephony.gateway import EndCall, PlaceCall, RedirectCall, Request
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

RING_SECONDS = 20


def _line_and_offer(ref: uuid.UUID) -> tuple[OfferLeg, Offer] | None:
    line = db.session.get(OfferLeg, ref)
    return (line, db.session.get_one(Offer, line.offer_id)) if line else None


def _compose_ring(ref: uuid.UUID, _now: datetime) -> Request | None:
    found = _line_and_offer(ref)
    if found is None or not _wanted(found[1]):
        return None
    line, offer = found
    to = address_of(offer.account_id) if line.device == BROWSER and offer.account_id else phone_of(offer)
    if to is None:
        return None
    return PlaceCall(
        to=to,
        url=addresses.of_offer(line.token),
        status_url=addresses.of_offer(line.token, "status"),
        ring_seconds=RING_SECONDS,
    )


def _wanted(offer: Offer) -> bool:
    """Does it still make sense that a line rings: is the offer open, or accepted on the page and no line there yet?"""
    return offer.outcome is None or (offer.outcome == OfferOutcome.ACCEPTED and offer.joined_at is None)


def _settle_ring(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Keep the line's SID; when none of her lines can be rung, the offer is missed at once. A late one is stopped now."""
    found = line_by_id(ref)
    if found is None:
        return
    line, offer, contact = found
    if outcome.state == "sent":
        note_line(line, offer, outcome.sid)
        if (not _wanted(offer) and line.call_sid != offer.call_sid) or offer.outcome not in (
            None,
            OfferOutcome.ACCEPTED,
        ):
            enqueue(STOP_RINGING, line.id, now)
    elif outcome.state == "failed":
        note_line(line, offer, None, "failed", FINAL_RANK)
        if not rings_elsewhere(offer, line):
            miss_offer(offer, contact, OfferOutcome.MISSED, now)


def _compose_stop(ref: uuid.UUID, _now: datetime) -> Request | None:
    line = db.session.get(OfferLeg, ref)
    if line is None or line.call_sid is None or line.rank >= FINAL_RANK:
        return None
    return EndCall(line.call_sid)


def _compose_call_in(ref: uuid.UUID, _now: datetime) -> Request | None:
    found = _line_and_offer(ref)
    if found is None or found[0].call_sid is None:
        return None
    line, offer = found
    if offer.outcome != OfferOutcome.ACCEPTED or offer.joined_at is not None:
        return None
    return RedirectCall(line.call_sid or "", addresses.of_offer(line.token, "join"))


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
