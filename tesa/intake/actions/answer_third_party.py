"""A third party's line: it is asked to press a key before it hears a talk, its keys are played, its state is noted."""

from __future__ import annotations

from datetime import datetime

from tesa.intake import addresses, prompts, speaking
from tesa.intake.actions.join_room import room_of
from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.models import Contact
from tesa.intake.rules.talk import OVER, SERVICES, LegKind, LegState, state_of_status
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import leg_and_contact
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Hangup, Plan, PressKeys


def _gone() -> Plan:
    return (speaking.say(prompts.GONE), Hangup())


def _waited_for(token: str) -> tuple[TalkLeg, Contact] | None:
    """The third party of this token, while the talk goes on and it is still wanted there."""
    found = leg_and_contact(token)
    if found is None or found[0].kind != LegKind.THIRD or found[0].state in OVER:
        return None
    return found if found[1].state == ContactState.IN_PROGRESS else None


def answer_third_party(token: str, form: CallForm, now: datetime) -> Plan:
    """What it hears when it picks up. Called by a number, not by 112: a voicemail must not come into a talk."""
    found = _waited_for(token)
    if found is None:
        return _gone()
    leg, _contact = found
    leg.call_sid = leg.call_sid or (form.sid or None)
    move_leg(leg, LegState.RINGING, now)
    ask = (speaking.say(prompts.WHISPER_THIRD),)
    key = addresses.of_leg(token, "key")
    return (Gather(key, ask, timeout=5), Gather(key, ask, timeout=5), Hangup())


def press_third_key(token: str, form: CallForm, now: datetime) -> Plan:
    """1 comes in; anything else does not. Pressing twice gives the same answer twice."""
    found = _waited_for(token)
    if found is None:
        return _gone()
    leg, contact = found
    if form.digits[:1] != "1":
        leave_talk(leg, contact, now, "declined", LegState.FAILED)
        return (speaking.say(prompts.DECLINED), Hangup())
    leg.call_sid = leg.call_sid or (form.sid or None)
    if move_leg(leg, LegState.JOINED, now):
        log_event(contact.id, "third_joined", now, detail=leg.short_name)
    return (room_of(leg),)


def play_digits(token: str) -> Plan:
    """The keys that were typed, played into its line; then back into the conference."""
    found = _waited_for(token)
    if found is None:
        return _gone()
    leg, _contact = found
    return (*((PressKeys("w" + leg.digits),) if leg.digits else ()), room_of(leg))


def note_leg_status(token: str, form: CallForm, now: datetime) -> None:
    """Take note of a state of its line. Whoever comes straight into the conference is there when it is answered."""
    found = leg_and_contact(token)
    if found is None:
        return
    leg, contact = found
    leg.call_sid = leg.call_sid or (form.sid or None)
    straight = leg.short_name in SERVICES
    state = state_of_status(form.status, answered_is_joined=straight)
    if state is None:
        return
    if state in OVER:
        leave_talk(leg, contact, now, "self" if state == LegState.LEFT else form.status, state)
    elif move_leg(leg, state, now) and state == LegState.JOINED:
        log_event(contact.id, "third_joined", now, detail=leg.short_name)
