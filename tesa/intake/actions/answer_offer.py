"""A line of hers is picked up. Her telephone asks for key 1, so that a voicemail never accepts; in the browser only a
person can have picked up, so that is the acceptance.
"""

from __future__ import annotations

from datetime import datetime

from tesa.core.errors import Conflict
from tesa.intake import addresses, prompts
from tesa.intake.actions.accept_into_talk import enter_talk
from tesa.intake.actions.accept_offer import accept_offer
from tesa.intake.actions.end_talk import finish_broken_talk
from tesa.intake.actions.fetch_caller import fetch_caller
from tesa.intake.actions.join_room import room_for
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.ring_lines import note_line, stop_lines, take_line
from tesa.intake.models import Contact, Offer
from tesa.intake.ringing_models import OfferLeg
from tesa.intake.ringing_queries import line_offer_contact
from tesa.intake.rules.softphone import BROWSER
from tesa.intake.rules.talk import TALK_OFFERS, LegState
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.speaking import say
from tesa.intake.talk_queries import leg_of_offer
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Hangup, Plan

WHISPERS = {
    "transfer": prompts.WHISPER_TRANSFER,
    "join": prompts.WHISPER_JOIN,
    "listen": prompts.WHISPER_LISTEN,
}


def answer_offer(token: str, form: CallForm, now: datetime) -> Plan:
    """What she hears as she picks up. Accepted on the page meanwhile: straight into the conference."""
    found = line_offer_contact(token)
    if found is None:
        return (say(prompts.TAKEN), Hangup())
    line, offer, contact = found
    note_line(line, offer, form.sid)
    if offer.outcome is not None:
        return enter_room(token, now, form.sid)
    if line.device == BROWSER:
        try:
            accept_offer(offer, contact, BROWSER, now)
        except Conflict:
            return (say(prompts.GONE), Hangup())
        return enter_room(token, now, form.sid)
    key = addresses.of_offer(token, "key")
    return (
        Gather(key, (say(_whisper(offer, contact)),), timeout=4),
        Gather(key, (say(prompts.WHISPER_AGAIN),), timeout=5),
        Hangup(),
    )


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
    found = line_offer_contact(token)
    if found is None:
        return (say(prompts.TAKEN), Hangup())
    _line, offer, contact = found
    if offer.outcome is None and form.digits[:1] == "1":
        try:
            accept_offer(offer, contact, "phone", now)
        except Conflict:
            return (say(prompts.GONE), Hangup())
    elif offer.outcome is None and form.digits[:1] == "3" and offer.account_id and was_broken(offer, contact):
        finish_broken_talk(contact, offer.account_id, now)
        return (say(prompts.TALK_CLOSED), Hangup())
    elif offer.outcome is None:
        miss_offer(offer, contact, OfferOutcome.DECLINED, now)
        return (say(prompts.DECLINED), Hangup())
    return enter_room(token, now, form.sid)


def enter_room(token: str, now: datetime, call_sid: str | None = None) -> Plan:
    """The accepted line goes into the conference and the caller is fetched, her other lines stop; any other line hears
    that it is too late. `call_sid` is the line's, as Twilio says it.
    """
    found = line_offer_contact(token)
    if found is None:
        return (say(prompts.TAKEN), Hangup())
    line, offer, contact = found
    note_line(line, offer, call_sid)
    if offer.outcome != OfferOutcome.ACCEPTED or _came_by_another(line, offer):
        return (say(prompts.TAKEN), Hangup())
    into_talk = offer.kind in TALK_OFFERS
    if contact.state != ContactState.IN_PROGRESS or not (into_talk or contact.taken_offer_id == offer.id):
        return (say(prompts.GONE), Hangup())
    take_line(line, offer)
    stop_lines(offer, now, but=line.id)
    if into_talk:
        return enter_talk(offer, contact, now, line.call_sid, line.device)
    if offer.joined_at is None:
        fetch_caller(offer, contact, now)
    return room_for(offer, now, line.call_sid, line.device)


def _came_by_another(line: OfferLeg, offer: Offer) -> bool:
    """Is she in the talk by another line already, or has she been?"""
    leg = leg_of_offer(offer.id)
    there = leg is not None and (leg.state == LegState.JOINED or leg.joined_at is not None)
    return there and leg is not None and leg.call_sid not in (None, line.call_sid)
