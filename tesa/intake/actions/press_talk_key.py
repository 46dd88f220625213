"""The menu of a psychologist's telephone during a talk: whatever the page can do that may not wait, by keys."""

from __future__ import annotations

from datetime import datetime

from tesa.core.errors import Conflict, RuleBroken
from tesa.intake import addresses, prompts, speaking
from tesa.intake.actions.ask_colleague import ask_coordinators, ask_next_colleague
from tesa.intake.actions.catch_up import put_off
from tesa.intake.actions.end_talk import finish_talk
from tesa.intake.actions.hand_over import bring_together, hand_over
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.actions.shape_leg import hold_client
from tesa.intake.actions.step_out import farewell, still_in
from tesa.intake.models import Contact
from tesa.intake.rules.talk import LegKind
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import client_leg, colleague_leg, leg_and_contact
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Hangup, Plan, Redirect


def open_talk_menu(token: str) -> Plan:
    """The choices, spoken. Nothing pressed: back to the talk."""
    found = leg_and_contact(token)
    if found is None:
        return (Hangup(),)
    leg, contact = found
    if not still_in(leg, contact):
        return farewell(leg, contact)
    together = leg.kind == LegKind.PSYCHOLOGIST and colleague_leg(contact.id) is not None
    menu = speaking.say(prompts.TALK_MENU_TOGETHER if together else prompts.TALK_MENU)
    return (Gather(addresses.of_leg(token, "choose"), (menu,), timeout=5), Redirect(addresses.of_leg(token, "back")))


def press_talk_key(token: str, form: CallForm, now: datetime, *, keys_away: bool = False) -> Plan:
    """Do what the key says and lead her back to the talk, or out of it. An unknown key leads back.

    With `keys_away` an emergency is told to the others later, see catch_up.
    """
    found = leg_and_contact(token)
    if found is None:
        return (Hangup(),)
    leg, contact = found
    if not still_in(leg, contact):
        return farewell(leg, contact)
    key = form.digits[:1]
    log_event(contact.id, "menu_key", now, leg.account_id, detail=key if key.isdigit() else "other")
    try:
        plan = _done(key, leg, contact, now, keys_away)
    except (RuleBroken, Conflict):
        plan = (speaking.say(prompts.NO_COLLEAGUE),)
    if any(isinstance(verb, Hangup) for verb in plan):
        return plan
    return (*plan, Redirect(addresses.of_leg(token, "back")))


def _done(key: str, leg: TalkLeg, contact: Contact, now: datetime, keys_away: bool) -> Plan:
    who = leg.account_id
    colleague = colleague_leg(contact.id) if leg.kind == LegKind.PSYCHOLOGIST else None
    match key:
        case "1" if colleague is not None:
            bring_together(contact, who, now)
            return ()
        case "2":
            client = client_leg(contact.id)
            on = client is not None and not client.on_hold
            hold_client(contact, on, who, now)
            return (speaking.say(prompts.ON_HOLD_NOW if on else prompts.RESUMED),)
        case "3" if colleague is not None:
            hand_over(contact, who, now)
            return (speaking.say(prompts.HANDED_OVER), Hangup())
        case "3":
            asked = ask_next_colleague(contact, who, now)
            return (speaking.say(prompts.COLLEAGUE_RUNG if asked else prompts.NO_COLLEAGUE),)
        case "4":
            rung = ask_coordinators(contact, who, now)
            return (speaking.say(prompts.COLLEAGUE_RUNG if rung else prompts.NO_COLLEAGUE),)
        case "0":
            if keys_away:
                put_off(contact, "psychologist", now)
            else:
                raise_emergency(contact, "psychologist", who, now)
            return (speaking.say(prompts.EMERGENCY_RAISED),)
        case "9" if leg.kind == LegKind.PSYCHOLOGIST:
            finish_talk(contact, who, "psychologist", now)
            return (speaking.say(prompts.TALK_CLOSED), Hangup())
    return ()
