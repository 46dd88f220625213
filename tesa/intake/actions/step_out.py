"""A line comes out of the conference: by the key *, because the talk is over, or because somebody took it out."""

from __future__ import annotations

from datetime import datetime

from tesa.intake import addresses, prompts, speaking
from tesa.intake.actions.join_room import STEPS_OUT, room_of
from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.shape_leg import shape_client
from tesa.intake.models import Contact
from tesa.intake.rules.talk import OVER, STEP_OUT_AT_MOST, LegState
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import leg_and_contact
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Hangup, Pause, Plan, Redirect


def step_out(token: str, form: CallForm, now: datetime) -> Plan:
    """What a member of staff's line hears when it has come out of the conference.

    A psychologist who pressed * gets her menu, and the client music at once. A second passes first: if it was the
    caller's hanging up that brought her out, Twilio's word of it is there by then.
    """
    found = leg_and_contact(token)
    if found is None:
        return (Hangup(),)
    leg, contact = found
    if LEG_RANK.get(form.status, 0) >= FINAL_RANK:
        leave_talk(leg, contact, now, "self")
        return ()
    if not still_in(leg, contact):
        return farewell(leg, contact)
    if leg.kind not in STEPS_OUT:
        leave_talk(leg, contact, now, "self")
        return (Hangup(),)
    leg.stepped_out_at = leg.stepped_out_at or now
    contact.next_step_at = min(contact.next_step_at or now + STEP_OUT_AT_MOST, now + STEP_OUT_AT_MOST)
    shape_client(contact.id, now)
    return (Pause(1), Redirect(addresses.of_leg(token, "menu")))


def still_in(leg: TalkLeg, contact: Contact) -> bool:
    """Does the talk go on, and is it still hers?"""
    return contact.state == ContactState.IN_PROGRESS and leg.state == LegState.JOINED


def farewell(leg: TalkLeg, contact: Contact) -> Plan:
    """Her part in it is over."""
    passed = leg.left_by == "handed_over" and leg.state in OVER and contact.state == ContactState.IN_PROGRESS
    return (speaking.say(prompts.HANDED_OVER if passed else prompts.GONE), Hangup())


def step_back(token: str, now: datetime) -> Plan:
    """Back into the talk; the client hears her again, unless she had been put on hold before."""
    found = leg_and_contact(token)
    if found is None:
        return (Hangup(),)
    leg, contact = found
    if not still_in(leg, contact):
        return farewell(leg, contact)
    leg.stepped_out_at = None
    shape_client(contact.id, now)
    return (room_of(leg),)
