"""Before a talk that may be recorded the caller is asked, by key. Silence is a no, and so is an emergency: no question."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.intake import addresses, prompts
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked
from tesa.intake.recording import NO, YES, is_on
from tesa.intake.rules.words import ContactState
from tesa.intake.speaking import say
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Plan, Redirect

ANSWERS_WITHIN = timedelta(seconds=30)


def ask_consent(contact_id: uuid.UUID, now: datetime) -> Plan:
    """The question, or nothing when there is none to ask. No is written down before she has answered."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None or call.joined_at is not None or not _to_be_asked(contact):
        return ()
    contact.recording_consent, contact.recording_consent_at = NO, now
    contact.next_step_at = max(contact.next_step_at or now, now + ANSWERS_WITHIN)
    question = (say(prompts.MAY_RECORD, contact.language),)
    return (
        Gather(addresses.of_call(contact_id, "consent"), question, timeout=5),
        Redirect(addresses.of_call(contact_id, "join")),
    )


def is_asked_first(contact: Contact) -> bool:
    """Does a question come before her way into the conference? Then nothing else may lead her in meanwhile."""
    return (contact.recording_consent == NO and is_on()) or _to_be_asked(contact)


def _to_be_asked(contact: Contact) -> bool:
    hurried = contact.emergency_at is not None or contact.silent_at is not None or contact.test
    asked = contact.recording_consent is not None or contact.state != ContactState.IN_PROGRESS
    return not hurried and not asked and is_on()


def answer_consent(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """Her answer, and what she hears of it. A repeated webhook repeats it; what was withdrawn stays withdrawn."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None or call.joined_at is not None or contact.recording_consent not in (YES, NO):
        return ()
    agreed = form.digits[:1] == "1" and is_on()
    if contact.recording_consent != (YES if agreed else NO) or not agreed:
        log_event(contact_id, "may_record", now, detail=YES if agreed else NO)
    contact.recording_consent, contact.recording_consent_at = (YES if agreed else NO), now
    return (say(prompts.WILL_RECORD, contact.language),) if agreed else ()
