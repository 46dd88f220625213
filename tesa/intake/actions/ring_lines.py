"""The lines on which an offer rings: begun, followed, stopped. The first on which it is accepted is the talk's."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from tesa.core.db import db, new_id
from tesa.intake.models import Offer
from tesa.intake.ringing_models import OfferLeg
from tesa.intake.ringing_queries import has_browser, lines_of, open_lines
from tesa.intake.rules.softphone import BROWSER, PHONE
from tesa.intake.rules.words import OfferOutcome
from tesa.telephony.outbox import enqueue

RING, STOP_RINGING = "intake.ring", "intake.stop_ringing"
BETWEEN_CALLS = timedelta(seconds=1)  # Twilio starts one call a second: the ordinary telephone comes first


def ring_lines(offer: Offer, now: datetime) -> None:
    """Ring her ordinary telephone, and a moment later her browser if one is there."""
    _ring(offer, PHONE, offer.token, now, now)
    if offer.account_id is not None and has_browser(offer.account_id, now):
        _ring(offer, BROWSER, secrets.token_urlsafe(32), now, now + BETWEEN_CALLS)


def _ring(offer: Offer, device: str, token: str, now: datetime, due_at: datetime) -> None:
    line = OfferLeg(id=new_id(), offer_id=offer.id, device=device, token=token, status="", rank=0)
    db.session.add(line)
    db.session.flush()
    enqueue(RING, line.id, now, due_at)


def note_line(line: OfferLeg, offer: Offer, sid: str | None, status: str | None = None, rank: int = 0) -> None:
    """Write down what is known of `line` of `offer` (its contact locked): its SID, and how far it has come."""
    line.call_sid = line.call_sid or sid or None
    if status is not None and rank > line.rank:
        line.status, line.rank = status, rank
    if _counts(line, offer):
        take_line(line, offer)


def _counts(line: OfferLeg, offer: Offer) -> bool:
    if offer.outcome == OfferOutcome.ACCEPTED and offer.joined_at is not None:
        return line.call_sid is not None and line.call_sid == offer.call_sid
    return line.device == PHONE


def take_line(line: OfferLeg, offer: Offer) -> None:
    """`line` is the one that counts."""
    offer.call_sid, offer.leg_status, offer.leg_rank = line.call_sid, line.status, line.rank


def stop_lines(offer: Offer, now: datetime, but: uuid.UUID | None = None) -> None:
    """End every line of `offer` that may still ring, except `but`.

    Composed when it is sent: nothing happens if the line is over; if Twilio has not told us its SID yet, the act that
    writes the SID down asks for this again.
    """
    for line in open_lines(offer.id):
        if line.id != but and line.call_sid is not None:
            enqueue(STOP_RINGING, line.id, now)


def rings_elsewhere(offer: Offer, line: OfferLeg) -> bool:
    """May another line of `offer` still ring?"""
    return any(other.id != line.id for other in open_lines(offer.id))


def picked_up_line(offer: Offer) -> OfferLeg | None:
    """The line of `offer` that has been picked up already and waits for a key."""
    return next((line for line in lines_of(offer.id) if line.status == "in-progress"), None)
