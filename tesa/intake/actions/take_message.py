"""She leaves a message. The promise stands from her key on; silence, a hang-up or a broken line do not undo it."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.vault import KeysAway
from tesa.intake import addresses, prompts
from tesa.intake.actions.expect_file import expect_file
from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked, number_of
from tesa.intake.rules.files import FileKind
from tesa.intake.speaking import say
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import CallForm, settings
from tesa.telephony.plans import Gather, Hangup, Plan, Record


def take_message(contact: Contact, now: datetime) -> Plan:
    """What follows her key 9. `contact` is locked. She is asked whether we may call, unless she has said so already."""
    give_up_waiting(contact, "message", now, on_line=True)
    if contact.safe_to_call == "unknown" and _has_number(contact):
        question = (say(prompts.IS_IT_SAFE, contact.language),)
        return (Gather(addresses.of_call(contact.id, "may"), question, timeout=5), *_recording(contact, now))
    return _recording(contact, now)


def answer_may(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """Her answer to "is it safe to call this number?", then the message."""
    contact = locked(contact_id)
    if contact is None:
        return (say(prompts.MESSAGE_KEPT), Hangup())
    answer = {"1": "yes", "2": "no"}.get(form.digits[:1], "unknown")
    log_event(contact_id, "safe_to_call", now, detail=answer)
    contact.safe_to_call = answer
    return _recording(contact, now)


def keep_recording(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """She has finished, or hung up: what she said is to be fetched."""
    contact = locked(contact_id)
    if contact is None:
        return (say(prompts.MESSAGE_KEPT), Hangup())
    _expect(contact, form, now)
    if form.digits == "hangup" or form.status == "completed":
        note_left_line(contact, now)
    return (say(prompts.MESSAGE_KEPT, contact.language), Hangup())


def note_voicemail(contact_id: uuid.UUID, form: CallForm, now: datetime) -> None:
    """Twilio's report that the file is ready; it may come before the call's own, after it, twice, or not at all."""
    contact = locked(contact_id)
    if contact is not None and form.recording_status in ("", "completed"):
        _expect(contact, form, now)


def note_left_line(contact: Contact, now: datetime) -> None:
    """Her line is gone after she left the queue for her message."""
    call = call_of(contact.id)
    if call is not None and call.ended_at is None:
        call.ended_at, call.ended_by = now, "caller"


def _expect(contact: Contact, form: CallForm, now: datetime) -> None:
    give_up_waiting(contact, "message", now, on_line=True)
    if form.recording_sid is not None and form.recording_url is not None:
        expect_file(contact, FileKind.VOICEMAIL, form.recording_sid, form.recording_url, form.recording_seconds, now)


def _recording(contact: Contact, now: datetime) -> Plan:
    """The promise with its deadline, the tone, and a goodbye for whoever stays silent."""
    reachable = bool(settings().coordinator_numbers) or bool(on_duty("hotline", now))
    promised = prompts.LEAVE_MESSAGE if reachable else prompts.LEAVE_MESSAGE_LATER
    sentences = (promised, prompts.NO_CALL_TO_NUMBER) if contact.safe_to_call == "no" else (promised,)
    return (
        *(say(sentence, contact.language) for sentence in sentences),
        say(prompts.AFTER_TONE, contact.language),
        Record(addresses.of_call(contact.id, "recorded"), told_url=addresses.of_call(contact.id, "voicemail")),
        say(prompts.GOODBYE, contact.language),
        Hangup(),
    )


def _has_number(contact: Contact) -> bool:
    try:
        return number_of(contact) is not None
    except KeysAway:
        return True
