"""What a talk begins and ends with: every caller hears that it is confidential, and a goodbye."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import prompts
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.waiting import privacy_unheard
from tesa.intake.rules.words import ContactState
from tesa.intake.speaking import say
from tesa.telephony.plans import Hangup, Plan


def say_privacy(contact_id: uuid.UUID, now: datetime) -> Plan:
    """What comes before her way into the conference: the sentence, or nothing. Asked before `join_room`."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None or call.joined_at is not None or contact.state != ContactState.IN_PROGRESS:
        return ()
    if not privacy_unheard(contact.opened_at, now, contact.emergency_at is not None):
        return ()
    return (say(prompts.PRIVACY, contact.language),)


def say_goodbye(contact_id: uuid.UUID) -> Plan:
    """The talk is over for her."""
    contact = locked(contact_id)
    return (say(prompts.GOODBYE, contact.language if contact else None), Hangup())
