"""A call from a blocked number: she hears a calm sentence, and key 0 puts her through as an emergency.

The contact is kept, put on record from the start with the outcome `blocked`; nobody is rung. Key 0 takes that back.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake import addresses, prompts
from tesa.intake.actions.catch_up import put_off
from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.last_resort import last_resort
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.nuisance import BLOCKED
from tesa.intake.rules.words import ContactState
from tesa.intake.speaking import say
from tesa.intake.wait_plan import wait_plan
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Hangup, Plan

TIMES = 2  # how often the sentence is said


def as_turned_away(now: datetime) -> dict[str, Any]:
    """The columns of a new contact that is not put through."""
    return {
        "state": ContactState.FINALIZED, "outcome": BLOCKED, "from_blocked": True, "next_step_at": None,
        "waiting_since": None, "ended_at": now, "finalized_at": now,
    }  # fmt: skip


def turn_away(contact_id: uuid.UUID, language: str | None) -> Plan:
    """What she hears. Any key is answered; 0 is an emergency."""
    action = addresses.of_call(contact_id, "blocked")
    sentence = Gather(action, (say(prompts.TURNED_AWAY, language),), timeout=5)
    return (*(sentence,) * TIMES, Hangup())


def press_blocked_key(contact_id: uuid.UUID, form: CallForm, now: datetime, *, keys_away: bool = False) -> Plan:
    """Answer her key. 0: she waits like everybody else, as an emergency; pressing it twice does no harm."""
    contact = locked(contact_id)
    if contact is None:
        return last_resort(now)
    if form.digits[:1] != "0":
        return turn_away(contact_id, contact.language)
    log_event(contact.id, "key", now, detail="0")
    if contact.outcome == BLOCKED:
        contact.state, contact.outcome = ContactState.WAITING, None
        contact.ended_at, contact.finalized_at, contact.waiting_since = None, None, contact.opened_at
    if keys_away:
        put_off(contact, "caller_key", now)
    else:
        raise_emergency(contact, "caller_key", None, now)
    _if_gone(contact, now)
    return (say(prompts.EMERGENCY, contact.language), *wait_plan(contact_id))


def _if_gone(contact: Contact, now: datetime) -> None:
    """Her hanging up may be told before her key: then she is owed a call back like everybody who could not wait."""
    call = call_of(contact.id)
    if call is not None and call.ended_at is not None:
        give_up_waiting(contact, "hung_up", now)


def first_plan(contact_id: uuid.UUID) -> Plan:
    """What a contact's call heard first, when Twilio asks again: the same."""
    outcome, language = db.session.execute(
        select(Contact.outcome, Contact.language).where(Contact.id == contact_id)
    ).one()
    return turn_away(contact_id, language) if outcome == BLOCKED else wait_plan(contact_id)
