"""A call back becomes a talk like any other: its psychologist waits in the conference while the caller's phone rings.

So hold, hand-over and emergency work in it, and it ends in a record. If she is not reached, the promise stays: the try
is counted and the next one set.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake import prompts
from tesa.intake.actions.ask_consent import ask_consent
from tesa.intake.actions.count_try import count_try
from tesa.intake.actions.join_room import join_room, room_for
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.make_promise import promise_of
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.open_leg import open_leg
from tesa.intake.models import Call, Contact, Offer
from tesa.intake.queries import call_of
from tesa.intake.rules.talk import OVER, LegKind, LegState
from tesa.intake.rules.words import FINAL_RANK, ContactState, OfferOutcome
from tesa.intake.speaking import say
from tesa.intake.talk_queries import client_leg, leg_of_offer
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.telephony.inbound import CallForm
from tesa.telephony.outbox import enqueue
from tesa.telephony.plans import Hangup, Plan

CALL_HER, END_HERS, NOBODY = "intake.call_her", "intake.end_hers", "intake.nobody_there"
BACK = "back"
"""The kind of an offer by which somebody calls back."""
HER_PHONE_RINGS = 15  # seconds; Twilio adds five, and voicemails answer after twenty
ANSWERS_WITHIN = timedelta(seconds=50)  # ringing, the question, and her key; afterwards it has come to nothing


def talk_back(offer: Offer, contact: Contact, form: CallForm, now: datetime) -> Plan:
    """Key 1 of whoever calls back, when it is safe: the talk begins with her alone, and the caller's phone rings."""
    call = call_of(contact.id)
    if call is None or offer.account_id is None:
        return (say(prompts.NOT_NOW), Hangup())
    offer.outcome, offer.accepted_by, offer.joined_at = OfferOutcome.ACCEPTED, "phone", now
    contact.state, contact.taken_at, contact.taken_offer_id = ContactState.IN_PROGRESS, now, offer.id
    contact.psychologist_id, contact.next_step_at = offer.account_id, now + ANSWERS_WITHIN
    call.own_sid = call.own_sid or call.call_sid
    call.joined_at, call.ended_at, call.ended_by, call.room_sid, call.line_lost_at = None, None, None, None, None
    call.heard_at, call.room_round = now, call.room_round + 1
    mark_talking(offer.account_id, contact.id, now)
    log_event(contact.id, "called_back", now, offer.account_id)
    enqueue(CALL_HER, offer.id, now)
    return room_for(offer, now, form.sid)


def is_under_way(offer: Offer, contact: Contact) -> bool:
    """Is this the call back that goes on now?"""
    return contact.state == ContactState.IN_PROGRESS and contact.taken_offer_id == offer.id


def she_answered(offer: Offer, contact: Contact, form: CallForm, now: datetime) -> Plan:
    """A key was pressed on the called phone: she comes into the conference. A voicemail presses none."""
    call = call_of(contact.id)
    if call is None or not is_under_way(offer, contact) or form.digits[:1] != "1":
        return (Hangup(),)
    call.call_sid = form.sid or call.call_sid
    leg = client_leg(contact.id)
    if leg is None or leg.state in OVER:
        open_leg(contact.id, LegKind.CLIENT, now, state=LegState.JOINED, call_sid=call.call_sid, label="klien")
    return ask_consent(contact.id, now) or join_room(contact.id, now)


def note_her_sid(offer: Offer, contact: Contact, sid: str) -> None:
    """Which leg is hers. Reports may come before the answer to our own request."""
    call = call_of(contact.id)
    nobody_else = contact.taken_offer_id in (offer.id, None) and contact.state != ContactState.WAITING
    if sid and call is not None and call.own_sid is not None and nobody_else and call.joined_at is None:
        call.call_sid = sid


def not_answered(offer: Offer, contact: Contact, now: datetime, *, rang: bool = True) -> None:
    """The called phone was not taken, or by somebody who pressed nothing: the promise stays.

    The try is counted if the phone rang at all.
    """
    call, task = call_of(contact.id), promise_of(contact)
    if call is None or not is_under_way(offer, contact) or call.joined_at is not None:
        return
    _fold(offer, contact, call, now)
    if rang and task is not None and task.done_at is None:
        count_try(task, contact, None, now)
    if offer.call_sid and offer.leg_rank < FINAL_RANK:
        enqueue(NOBODY, offer.id, now)


def broke_off(offer: Offer, contact: Contact, now: datetime) -> None:
    """Whoever calls back has hung up before the caller was there: her phone stops, and no try is counted."""
    call = call_of(contact.id)
    if call is None or not is_under_way(offer, contact) or call.joined_at is not None:
        return
    _fold(offer, contact, call, now)
    enqueue(END_HERS, offer.id, now)


def _fold(offer: Offer, contact: Contact, call: Call, now: datetime) -> None:
    contact.state, contact.taken_offer_id, contact.next_step_at = ContactState.CALL_BACK, None, None
    call.ended_at, call.ended_by = now, "system"
    offer.ended_at = now
    leg = leg_of_offer(offer.id)
    if leg is not None:
        move_leg(leg, LegState.LEFT, now, "end")
    if offer.account_id is not None:
        mark_wrapup(offer.account_id, now, now)
        mark_free(offer.account_id, now)
