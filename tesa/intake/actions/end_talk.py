"""The talk is over: the contact waits for its record, the psychologist has her wrap-up."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake.actions.finish_test import finish_test
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.intake.queries import call_of
from tesa.intake.rules.words import ContactState
from tesa.psychologists.actions.mark_wrapup import mark_wrapup

WRAP_UP = timedelta(seconds=60)  # then she can be rung again; the record stays among what she owes


def end_talk(contact: Contact, ended_by: str, now: datetime) -> None:
    """End the talk of `contact` (locked); `ended_by` is caller, psychologist or system. Only the first report counts."""
    call = call_of(contact.id)
    if contact.state != ContactState.IN_PROGRESS or call is None:
        return
    if contact.test:
        finish_test(contact, now)
        return
    contact.state, contact.ended_at, contact.next_step_at = ContactState.TO_RECORD, now, None
    if call.ended_at is None:
        call.ended_at, call.ended_by = now, ended_by
    if contact.psychologist_id is not None:
        mark_wrapup(contact.psychologist_id, now, now + WRAP_UP)
    log_event(contact.id, "talk_ended", now, detail=ended_by)
