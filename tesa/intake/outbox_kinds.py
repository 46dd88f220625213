"""What intake sends: how each item is composed from its row when it is sent, and what is written down at the end."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.public import member
from tesa.cases.public import How
from tesa.core.db import db
from tesa.intake import addresses, prompts, sealing
from tesa.intake.actions.accept_offer import CALL_IN
from tesa.intake.actions.call_back import RING_BACK, still_safe
from tesa.intake.actions.climb_message_ladder import REMIND
from tesa.intake.actions.fetch_caller import FETCH
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.note_caller_status import TELL_GONE, caller_is_gone
from tesa.intake.actions.offer_contact import PAGE, RING
from tesa.intake.actions.send_reply import SEND
from tesa.intake.actions.watch_connection import CHECK
from tesa.intake.actions.withdraw_offers import STOP_RINGING
from tesa.intake.models import Call, Contact, Message, Offer
from tesa.intake.queries import call_of, locked
from tesa.intake.reaching import why_not
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, MESSAGE_RANK, ContactState, OfferOutcome
from tesa.telephony.gateway import CheckCall, Dequeue, EndCall, PlaceCall, RedirectCall, Request, SendMessage
from tesa.telephony.inbound import settings
from tesa.telephony.numbers import normalised
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

RING_SECONDS = 20


def _phone(offer: Offer) -> str | None:
    if offer.account_id is not None:
        person = member(offer.account_id)
        return person.phone if person else None
    numbers = settings().coordinator_numbers
    index = offer.setting_number if offer.setting_number is not None else len(numbers)
    return numbers[index] if index < len(numbers) else None


def _compose_ring(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.outcome is not None:
        return None
    phone = _phone(offer)
    if phone is None:
        return None
    return PlaceCall(
        to=phone,
        url=addresses.of_offer(offer.token),
        status_url=addresses.of_offer(offer.token, "status"),
        ring_seconds=RING_SECONDS,
    )


def _compose_back(ref: uuid.UUID, now: datetime) -> Request | None:
    """The own phone of whoever calls back, while it is still safe for the caller."""
    offer = db.session.get(Offer, ref)
    contact = locked(offer.contact_id) if offer else None
    if offer is None or contact is None or offer.outcome is not None or not still_safe(offer, contact, now):
        return None
    phone = _phone(offer)
    if phone is None:
        return None
    return PlaceCall(phone, addresses.of_back(offer.token), addresses.of_back(offer.token, "status"), RING_SECONDS)


def _settle_back(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    offer = db.session.get(Offer, ref)
    if offer is not None and outcome.state == "sent":
        offer.call_sid = offer.call_sid or outcome.sid
    elif offer is not None and offer.outcome is None:
        offer.outcome, offer.ended_at = OfferOutcome.MISSED, now


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


def _compose_fetch(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    contact = db.session.get(Contact, offer.contact_id) if offer else None
    call = call_of(contact.id) if contact else None
    if contact is None or call is None or contact.taken_offer_id != ref or contact.state != ContactState.IN_PROGRESS:
        return None
    if call.joined_at is not None:
        return None
    url = addresses.of_call(contact.id, "join")
    return Dequeue(call.queue_sid, call.call_sid, url) if call.queue_sid else RedirectCall(call.call_sid, url)


def _settle_fetch(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Refused means that she has left the queue: unless she is in the conference already, she is gone."""
    offer = db.session.get(Offer, ref)
    contact = locked(offer.contact_id) if offer else None
    call = call_of(contact.id) if contact else None
    if contact is None or call is None or outcome.state != "failed" or call.joined_at is not None:
        return
    if contact.taken_offer_id == ref:
        caller_is_gone(contact, now)


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


def _compose_check(ref: uuid.UUID, _now: datetime) -> Request | None:
    call: Call | None = call_of(ref)
    return CheckCall(call.call_sid) if call and call.ended_at is None else None


def _settle_check(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    contact = locked(ref)
    if contact is not None and outcome.state == "sent" and LEG_RANK.get(outcome.sid or "", 0) >= FINAL_RANK:
        caller_is_gone(contact, now)


def _compose_page(sentence: str, ref: uuid.UUID) -> Request | None:
    offer = db.session.get(Offer, ref)
    contact = db.session.get(Contact, offer.contact_id) if offer else None
    if offer is None or contact is None or contact.waiting_since is None:
        return None
    phone, conf = _phone(offer), settings()
    channel = "sms" if conf.sms_number else "whatsapp" if conf.whatsapp_number else None
    if phone is None or channel is None:
        return None
    return SendMessage(channel, phone, sentence.format(link=addresses.inbox()), addresses.of_page())


def _compose_reply(ref: uuid.UUID, now: datetime) -> Request | None:
    """The reply, unless it has become unsafe since it was written: then its state says so on her page."""
    message = db.session.get(Message, ref)
    contact = db.session.get(Contact, message.contact_id) if message else None
    if message is None or contact is None:
        return None
    number = normalised(sealing.open_number(contact.id, contact.caller_sealed))
    if number is None:
        return None
    if why_not(How.MESSAGE, contact, now) is not None:
        message.status, message.status_rank = "refused", MESSAGE_RANK["refused"]
        log_event(contact.id, "held_back", now)
        return None
    message.status, message.status_rank = "sending", MESSAGE_RANK["sending"]
    body = sealing.open_body(contact.id, message.id, message.body_sealed)
    return SendMessage(contact.channel, number, body, addresses.of_message(message.id))


def _settle_reply(ref: uuid.UUID, outcome: Outcome, _now: datetime) -> None:
    message = db.session.get(Message, ref, with_for_update=True, populate_existing=True)
    if message is None:
        return
    if outcome.state == "sent":
        message.sid = message.sid or outcome.sid
    elif message.status_rank < MESSAGE_RANK["unknown"]:
        message.status = "failed" if outcome.state == "failed" else "unknown"
        message.status_rank, message.error_code = MESSAGE_RANK[message.status], outcome.code


def _nothing_more(_ref: uuid.UUID, _outcome: Outcome, _now: datetime) -> None:
    """The fact itself is all: there is nothing to write down."""


KINDS = (
    Kind(RING, _compose_ring, _settle_ring, Promise.REPEAT),
    Kind(RING_BACK, _compose_back, _settle_back, Promise.ONCE),
    Kind(STOP_RINGING, _compose_stop, _nothing_more, Promise.CONTROL),
    Kind(FETCH, _compose_fetch, _settle_fetch, Promise.CONTROL),
    Kind(CALL_IN, _compose_call_in, _nothing_more, Promise.CONTROL),
    Kind(TELL_GONE, _compose_gone, _nothing_more, Promise.CONTROL),
    Kind(CHECK, _compose_check, _settle_check, Promise.CONTROL),
    Kind(PAGE, lambda ref, now: _compose_page(prompts.PAGE, ref), _nothing_more, Promise.REPEAT),
    Kind(REMIND, lambda ref, now: _compose_page(prompts.REMINDER, ref), _nothing_more, Promise.REPEAT),
    Kind(SEND, _compose_reply, _settle_reply, Promise.ONCE),
)
