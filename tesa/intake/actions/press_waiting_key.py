"""A key she presses while she waits: 0 emergency, 1 a woman psychologist, 2 call me back, 9 leave a message."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import addresses, prompts, sealing
from tesa.intake.actions.catch_up import put_off
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.models import Contact
from tesa.intake.queries import locked
from tesa.telephony.inbound import CallForm
from tesa.telephony.numbers import normalised
from tesa.telephony.plans import Gather, Leave, Plan, Say


def press_waiting_key(contact_id: uuid.UUID, form: CallForm, now: datetime, *, keys_away: bool = False) -> Plan:
    """Answer her key. She stays in the queue unless she chose to be called back or to leave a message.

    With `keys_away` an emergency is told to the others later, see catch_up.
    """
    contact = locked(contact_id)
    if contact is None:
        return (Say(prompts.OTHER_KEY),)
    key = form.digits[:1]
    log_event(contact_id, "key", now, detail=key if key.isdigit() else "other")
    match key:
        case "0":
            if keys_away:
                put_off(contact, "caller_key", now)
            else:
                raise_emergency(contact, "caller_key", None, now)
            return (Say(prompts.EMERGENCY),)
        case "1":
            contact.wish_woman = True
            return (Say(prompts.WOMAN),)
        case "2":
            return _call_back(contact)
        case "9":
            contact.wants = "message"
            return (Leave(),)
        case _:
            return (Say(prompts.OTHER_KEY),)


def _call_back(contact: Contact) -> Plan:
    """Her wish counts from the key on; whether it is safe is asked, and stays unknown if she does not answer."""
    if normalised(sealing.open_number(contact.id, contact.caller_sealed)) is None:
        return (Say(prompts.NO_NUMBER),)
    contact.wants = "call_back"
    return (Gather(addresses.of_call(contact.id, "safe"), (Say(prompts.IS_IT_SAFE),), timeout=5), Leave())


def answer_safe(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """Her answer to "is it safe to call this number?": 1 yes, 2 no (then she may go on waiting)."""
    contact = locked(contact_id)
    if contact is None:
        return (Leave(),)
    log_event(contact_id, "safe_to_call", now, detail={"1": "yes", "2": "no"}.get(form.digits[:1], "unknown"))
    if form.digits[:1] == "2":
        contact.wants, contact.safe_to_call = None, "no"
        return (Say(prompts.NOT_SAFE),)
    if form.digits[:1] == "1":
        contact.safe_to_call = "yes"
    return (Leave(),)
