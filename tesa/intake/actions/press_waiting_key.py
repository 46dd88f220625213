"""A key she presses while she waits: 0 emergency, 1 a woman psychologist, 2 call me back, 9 leave a message; 3 to 6 are
languages. Any other key does no harm. Pressing one again changes nothing.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import addresses, prompts, sealing
from tesa.intake.actions.catch_up import put_off
from tesa.intake.actions.choose_language import choose_language
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.mark_silent import mark_silent
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.actions.wish_for_woman import wish_for_woman
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.words import Language
from tesa.intake.speaking import say
from tesa.telephony.inbound import CallForm
from tesa.telephony.numbers import normalised
from tesa.telephony.plans import Gather, Leave, Plan, Redirect

LANGUAGES = {
    "3": (Language.ENGLISH, prompts.LANGUAGE_EN),
    "4": (Language.SUNDANESE, prompts.LANGUAGE_SU),
    "5": (Language.JAVANESE, prompts.LANGUAGE_JV),
    "6": (Language.INDONESIAN, prompts.LANGUAGE_ID),
}
EARLY = 3  # rounds: who changes the language so soon has not heard the sentence about privacy in it


def press_waiting_key(contact_id: uuid.UUID, form: CallForm, now: datetime, *, keys_away: bool = False) -> Plan:
    """Answer her key. She stays in the queue unless she chose to be called back or to leave a message.

    With `keys_away` an emergency is told to the others later, see catch_up.
    """
    contact = locked(contact_id)
    if contact is None:
        return (say(prompts.OTHER_KEY), *_on(contact_id))
    key = _noted(contact, form, now)
    match key:
        case "0":
            return _emergency(contact, now, keys_away)
        case "1":
            wish_for_woman(contact, now)
            return (say(prompts.WOMAN, contact.language), *_on(contact_id))
        case "2":
            return _call_back(contact)
        case "9":
            contact.wants = "message"
            return (Leave(),)
        case "3" | "4" | "5" | "6":
            return _language(contact, key, now)
        case _:
            return (say(prompts.OTHER_KEY, contact.language), *_on(contact_id))


def press_quiet_key(contact_id: uuid.UUID, form: CallForm, now: datetime, *, keys_away: bool = False) -> Plan:
    """Any key after "press any key if you cannot speak": that is what it means, and she goes on waiting. 0 is an
    emergency all the same.
    """
    contact = locked(contact_id)
    if contact is None:
        return (say(prompts.OTHER_KEY), *_on(contact_id))
    key = _noted(contact, form, now)
    mark_silent(contact, None, now)
    if key == "0":
        return _emergency(contact, now, keys_away)
    return (say(prompts.NEED_NOT_SPEAK, contact.language), *_on(contact_id))


def _noted(contact: Contact, form: CallForm, now: datetime) -> str:
    key = form.digits[:1]
    log_event(contact.id, "key", now, detail=key if key.isascii() and key.isdigit() else "other")
    return key


def _on(contact_id: uuid.UUID) -> Plan:
    """Her waiting goes on."""
    return (Redirect(addresses.of_call(contact_id, "wait")),)


def _emergency(contact: Contact, now: datetime, keys_away: bool) -> Plan:
    if keys_away:
        put_off(contact, "caller_key", now)
    else:
        raise_emergency(contact, "caller_key", None, now)
    return (say(prompts.EMERGENCY, contact.language), *_on(contact.id))


def _language(contact: Contact, key: str, now: datetime) -> Plan:
    language, sentence = LANGUAGES[key]
    choose_language(contact, language, now)
    call = call_of(contact.id)
    early = call is not None and call.rounds <= EARLY
    said = (sentence, prompts.PRIVACY) if early else (sentence,)
    return (*(say(s, language) for s in said), *_on(contact.id))


def _call_back(contact: Contact) -> Plan:
    """Her wish counts from the key on; whether it is safe is asked, and stays unknown if she does not answer."""
    if normalised(sealing.open_number(contact.id, contact.caller_sealed)) is None:
        return (say(prompts.NO_NUMBER, contact.language), *_on(contact.id))
    contact.wants = "call_back"
    question = (say(prompts.IS_IT_SAFE, contact.language),)
    return (Gather(addresses.of_call(contact.id, "safe"), question, timeout=5), Leave())


def answer_safe(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """Her answer to "is it safe to call this number?": 1 yes, 2 no (then she may go on waiting)."""
    contact = locked(contact_id)
    if contact is None:
        return (Leave(),)
    log_event(contact_id, "safe_to_call", now, detail={"1": "yes", "2": "no"}.get(form.digits[:1], "unknown"))
    if form.digits[:1] == "2":
        contact.wants, contact.safe_to_call = None, "no"
        return (say(prompts.NOT_SAFE, contact.language), *_on(contact_id))
    if form.digits[:1] == "1":
        contact.safe_to_call = "yes"
    return (Leave(),)
