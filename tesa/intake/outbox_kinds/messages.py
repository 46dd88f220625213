"""Texts: replies to callers, pages to staff."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.cases.public import How
from tesa.core.db import db
from tesa.intake import addresses, prompts, sealing
from tesa.intake.actions.climb_message_ladder import REMIND
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.offer_contact import PAGE
from tesa.intake.actions.send_reply import SEND
from tesa.intake.models import Contact, Message, Offer
from tesa.intake.outbox_kinds.phones import nothing_more, phone_of
from tesa.intake.reaching import why_not
from tesa.intake.rules.words import MESSAGE_RANK
from tesa.telephony.gateway import Request, SendMessage
from tesa.telephony.inbound import settings
from tesa.telephony.numbers import normalised
from tesa.telephony.outbox import Kind, Outcome, Promise


def _compose_page(sentence: str, ref: uuid.UUID) -> Request | None:
    offer = db.session.get(Offer, ref)
    contact = db.session.get(Contact, offer.contact_id) if offer else None
    if offer is None or contact is None or contact.waiting_since is None:
        return None
    phone, conf = phone_of(offer), settings()
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


KINDS = (
    Kind(PAGE, lambda ref, now: _compose_page(prompts.PAGE, ref), nothing_more, Promise.REPEAT),
    Kind(REMIND, lambda ref, now: _compose_page(prompts.REMINDER, ref), nothing_more, Promise.REPEAT),
    Kind(SEND, _compose_reply, _settle_reply, Promise.ONCE),
)
