"""A psychologist's phone is picked up: a short neutral whisper, and key 1 accepts, so that a voicemail never does."""

from __future__ import annotations

from datetime import datetime

from tesa.core.errors import Conflict
from tesa.intake import addresses, prompts
from tesa.intake.actions.accept_offer import accept_offer
from tesa.intake.actions.end_talk import finish_broken_talk
from tesa.intake.actions.fetch_caller import fetch_caller
from tesa.intake.actions.join_room import room_for
from tesa.intake.actions.join_talk import enter_talk
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import offer_and_contact
from tesa.intake.rules.talk import TALK_OFFERS
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Hangup, Plan, Say

WHISPERS = {
    "transfer": prompts.WHISPER_TRANSFER,
    "join": prompts.WHISPER_JOIN,
    "listen": prompts.WHISPER_LISTEN,
}


def answer_offer(token: str, form: CallForm, now: datetime) -> Plan:
    """What the phone says when it is picked up. Accepted on the page meanwhile: straight into the conference."""
    found = offer_and_contact(token)
    if found is None:
        return (Say(prompts.TAKEN), Hangup())
    offer, contact = found
    offer.call_sid = offer.call_sid or (form.sid or None)
    if offer.outcome is None:
        key = addresses.of_offer(token, "key")
        return (
            Gather(key, (Say(_whisper(offer, contact)),), timeout=4),
            Gather(key, (Say(prompts.WHISPER_AGAIN),), timeout=5),
            Hangup(),
        )
    return enter_room(token, now, form.sid)


def _whisper(offer: Offer, contact: Contact) -> str:
    """What she is asked; neutral."""
    if offer.kind == "call" and was_broken(offer, contact):
        return prompts.WHISPER_BROKEN
    return WHISPERS.get(offer.kind, prompts.WHISPER)


def was_broken(offer: Offer, contact: Contact) -> bool:
    """Is it her own talk, whose line broke off, to which she is asked back?"""
    return offer.account_id is not None and contact.first_to_ring_id == offer.account_id


def press_offer_key(token: str, form: CallForm, now: datetime) -> Plan:
    """1 accepts; anything else declines. Pressing 1 twice (a repeated webhook) gives the same answer twice."""
    found = offer_and_contact(token)
    if found is None:
        return (Say(prompts.TAKEN), Hangup())
    offer, contact = found
    if offer.outcome is None and form.digits[:1] == "1":
        try:
            accept_offer(offer, contact, "phone", now)
        except Conflict:
            return (Say(prompts.GONE), Hangup())
    elif offer.outcome is None and form.digits[:1] == "3" and offer.account_id and was_broken(offer, contact):
        finish_broken_talk(contact, offer.account_id, now)
        return (Say(prompts.TALK_CLOSED), Hangup())
    elif offer.outcome is None:
        miss_offer(offer, contact, OfferOutcome.DECLINED, now)
        return (Say(prompts.DECLINED), Hangup())
    return enter_room(token, now, form.sid)


def enter_room(token: str, now: datetime, call_sid: str | None = None, device: str = "phone") -> Plan:
    """The accepted leg goes into the conference and the caller is fetched; any other leg hears that it is too late.

    `call_sid` is the leg that enters, `device` phone or browser.
    """
    found = offer_and_contact(token)
    if found is None:
        return (Say(prompts.TAKEN), Hangup())
    offer, contact = found
    if offer.outcome != OfferOutcome.ACCEPTED:
        return (Say(prompts.TAKEN), Hangup())
    if contact.state == ContactState.IN_PROGRESS and offer.kind in TALK_OFFERS:
        return enter_talk(offer, contact, now, call_sid, device)
    if contact.state != ContactState.IN_PROGRESS or contact.taken_offer_id != offer.id:
        return (Say(prompts.GONE), Hangup())
    if offer.joined_at is None:
        fetch_caller(offer, contact, now)
    return room_for(offer, now, call_sid, device)
