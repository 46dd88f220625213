"""What outreach sends: a ring and a text for each offer, a stop for phones that need not ring any more, a note of changes."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.public import member
from tesa.core.db import db
from tesa.outreach import addresses, sentences
from tesa.outreach.actions.note_leg import note_sid
from tesa.outreach.actions.note_leg_end import note_leg_end
from tesa.outreach.actions.note_text import note_text_failed
from tesa.outreach.actions.offer_dispatch import RING, TEXT
from tesa.outreach.actions.tell_change import CHANGED
from tesa.outreach.actions.withdraw_offers import STOP_RINGING
from tesa.outreach.models import DispatchOffer
from tesa.outreach.queries import get, offer_by_id
from tesa.outreach.rules.lifecycle import State
from tesa.telephony.gateway import EndCall, PlaceCall, Request, SendMessage
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import Kind, Outcome, Promise


def number_of(offer: DispatchOffer) -> str | None:
    """The E.164 number to ring for `offer`; None when the person has left or the setting is gone."""
    if offer.setting_number is not None:
        numbers = settings().coordinator_numbers
        return numbers[offer.setting_number] if offer.setting_number < len(numbers) else None
    person = member(offer.account_id) if offer.account_id else None
    return person.phone if person is not None and person.active else None


def compose_ring(offer_id: uuid.UUID, _now: datetime) -> Request | None:
    """The call, while the offer still waits for an answer."""
    offer = _waiting(offer_id)
    number = number_of(offer) if offer is not None else None
    if offer is None or number is None:
        return None
    return PlaceCall(number, addresses.of_offer(offer.token), addresses.of_offer(offer.token, "status"))


def settle_ring(offer_id: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Keep the call's SID; a call that Twilio refused is over before it began."""
    found = offer_by_id(offer_id)
    if found is None:
        return
    offer, dispatch = found
    if outcome.state == "sent":
        offer.rung_at = offer.rung_at or now
        note_sid(offer, outcome.sid, now)
    elif outcome.state == "failed":
        note_leg_end(offer, dispatch, "failed", now, code=outcome.code or "refused")


def compose_text(offer_id: uuid.UUID, _now: datetime) -> Request | None:
    """The text, while the offer still waits for an answer."""
    offer = _waiting(offer_id)
    return _text(offer, sentences.OFFERED) if offer is not None else None


def settle_text(offer_id: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Write down that a text was refused."""
    found = offer_by_id(offer_id) if outcome.state == "failed" else None
    if found is not None:
        note_text_failed(*found, outcome.code or "refused", now)


def compose_change(offer_id: uuid.UUID, _now: datetime) -> Request | None:
    """The note that something has changed, to whoever has the dispatch."""
    offer = db.session.get(DispatchOffer, offer_id)
    return _text(offer, sentences.CHANGED) if offer is not None else None


def compose_stop(offer_id: uuid.UUID, _now: datetime) -> Request | None:
    """The end of a call that still rings, or whose whisper is still being listened to."""
    offer = db.session.get(DispatchOffer, offer_id)
    if offer is None or offer.call_sid is None or offer.leg_ended_at is not None:
        return None
    return EndCall(offer.call_sid)


def settle_stop(_offer_id: uuid.UUID, _outcome: Outcome, _now: datetime) -> None:
    """The status callback of the call tells that it is over; nothing is written here."""


def _waiting(offer_id: uuid.UUID) -> DispatchOffer | None:
    offer = db.session.get(DispatchOffer, offer_id)
    dispatch = get(offer.dispatch_id) if offer is not None else None
    wanted = dispatch is not None and dispatch.state == State.REQUESTED
    return offer if wanted and offer is not None and offer.outcome is None else None


def _text(offer: DispatchOffer, sentence: str) -> SendMessage | None:
    conf, number = settings(), number_of(offer)
    channel = "sms" if conf.sms_number else "whatsapp" if conf.whatsapp_number else None
    if channel is None or number is None:
        return None
    body = sentence.format(link=addresses.board())
    return SendMessage(channel, number, body, addresses.of_offer(offer.token, "text"))


KINDS = (
    Kind(RING, compose_ring, settle_ring, Promise.REPEAT),
    Kind(TEXT, compose_text, settle_text, Promise.REPEAT),
    Kind(CHANGED, compose_change, settle_text, Promise.REPEAT),
    Kind(STOP_RINGING, compose_stop, settle_stop, Promise.CONTROL),
)
