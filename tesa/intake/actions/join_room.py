"""Caller and psychologist meet in a conference."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.intake import addresses, prompts, speaking
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.open_leg import open_leg
from tesa.intake.models import Offer
from tesa.intake.queries import call_of, locked
from tesa.intake.recording import room_recording
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import client_leg, leg_of_offer, psychologist_leg
from tesa.intake.wait_plan import wait_plan
from tesa.telephony.plans import Hangup, JoinConference, Plan, Redirect

CHECK_EVERY = timedelta(seconds=60)  # how often a talk is checked to be still going on, in case callbacks were lost
HOLD_ROUND = 10  # seconds of quiet between two sentences, where no music was uploaded
STEPS_OUT = frozenset({LegKind.PSYCHOLOGIST, LegKind.TRANSFER})  # for whom the key * opens the menu


def join_room(contact_id: uuid.UUID, now: datetime) -> Plan:
    """The caller's leg goes into the conference; with that both are connected.

    If her psychologist has been lost on the way, she waits again; if it is over, she hears a goodbye.
    """
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None:
        return ()
    if contact.state == ContactState.WAITING:
        return wait_plan(contact_id)
    if contact.state != ContactState.IN_PROGRESS:
        return (speaking.say(prompts.GOODBYE, contact.language), Hangup())
    if call.joined_at is None:
        call.joined_at = now
        contact.next_step_at = now + CHECK_EVERY
        log_event(contact_id, "connected", now)
    leg = client_leg(contact_id)
    if leg is None:
        leg = open_leg(
            contact_id, LegKind.CLIENT, now, state=LegState.JOINED, call_sid=call.call_sid, label="klien"
        )  # fmt: skip
    return (room_of(leg),)


def return_to_queue(contact_id: uuid.UUID, now: datetime) -> Plan:
    """She hears that the line to her psychologist broke off, and waits again; unless somebody has her by now."""
    contact = locked(contact_id)
    if contact is None or contact.state != ContactState.WAITING:
        return join_room(contact_id, now)
    return (speaking.say(prompts.LINE_LOST, contact.language), *wait_plan(contact_id))


def hold_plan(contact_id: uuid.UUID) -> Plan:
    """What she hears on hold, in a circle."""
    contact = locked(contact_id)
    sentence = speaking.say(prompts.ON_HOLD, contact.language if contact else None)
    return (sentence, speaking.music(HOLD_ROUND), Redirect(addresses.room_hold(contact_id)))


def room_for(offer: Offer, now: datetime, call_sid: str | None = None, device: str = "phone") -> Plan:
    """The leg of whoever accepted `offer` goes into the conference. `device`: phone or browser."""
    leg = leg_of_offer(offer.id)
    if leg is None:
        leg = open_leg(
            offer.contact_id, LegKind.PSYCHOLOGIST, now, state=LegState.JOINED, account_id=offer.account_id,
            offer_id=offer.id, label=f"konselor-{offer.id}",
        )  # fmt: skip
    leg.call_sid, leg.device = leg.call_sid or call_sid or offer.call_sid, device
    move_leg(leg, LegState.JOINED, now)
    return (room_of(leg),)


def room_of(leg: TalkLeg) -> JoinConference:
    """How `leg` enters the present conference of its contact. Only the client's leaving ends it."""
    call = call_of(leg.contact_id)
    is_client = leg.kind == LegKind.CLIENT
    contact = locked(leg.contact_id) if is_client else None
    return JoinConference(
        room=addresses.room(leg.contact_id, call.room_round if call else 1),
        label=leg.label,
        action=addresses.of_call(leg.contact_id, "after") if is_client else addresses.of_leg(leg.token, "after"),
        events_url=addresses.of_room(leg.contact_id),
        wait_url=addresses.room_wait(contact.language if contact else None),
        ends_room=is_client,
        muted=leg.muted and not leg.coaching,
        coach=_coached(leg),
        star_leaves=leg.kind in STEPS_OUT,
        recorded_url=room_recording(locked(leg.contact_id)),
    )


def _coached(leg: TalkLeg) -> str | None:
    contact = locked(leg.contact_id) if leg.coaching else None
    heard = psychologist_leg(contact) if contact else None
    return heard.call_sid if heard else None
