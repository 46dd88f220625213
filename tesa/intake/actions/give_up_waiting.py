"""She cannot wait any longer: ringing phones stop, and a call-back task keeps the promise (unless her plan forbids it)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.cases.public import plan_of_number
from tesa.core.db import db, new_id
from tesa.core.vault import KeysAway
from tesa.intake import sealing
from tesa.intake.actions.finish_test import finish_test
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.queries import call_of
from tesa.intake.rules.words import ContactState
from tesa.telephony.numbers import normalised

FIRST_TRY_WITHIN = timedelta(minutes=5)


def give_up_waiting(
    contact: Contact, cause: str, now: datetime, recording_url: str | None = None, recording_seconds: int = 0
) -> None:
    """Close the waiting of `contact` (locked). `cause`: hung_up, asked or message. Does nothing if she waits no more."""
    call = call_of(contact.id)
    if call is not None and call.ended_at is None:
        call.ended_at, call.ended_by = now, "caller"
    if contact.state != ContactState.WAITING:
        return
    if contact.test:
        finish_test(contact, now)
        return
    withdraw_offers(contact.id, now)
    contact.ended_at, contact.next_step_at = now, None
    has_number, unsafe = _reachable(contact)
    if (unsafe or not has_number) and cause == "hung_up" and contact.emergency_at is None:
        contact.state, contact.outcome, contact.finalized_at = ContactState.FINALIZED, "hang_up", now
        log_event(contact.id, "hung_up", now, detail="unsafe" if unsafe else "no_number")
        return
    contact.state = ContactState.CALL_BACK
    log_event(contact.id, cause, now)
    task_id = new_id()
    db.session.add(
        CallBackTask(
            id=task_id,
            contact_id=contact.id,
            cause=cause,
            created_at=now,
            due_at=now + FIRST_TRY_WITHIN,
            recording_sealed=sealing.seal_task(contact.id, task_id, "recording", recording_url)
            if recording_url
            else None,
            recording_seconds=recording_seconds,
        )
    )


def _reachable(contact: Contact) -> tuple[bool, bool]:
    """Has she a number, and is it unsafe to call it? While the key provider is away nobody can know: then a task is
    written, and whoever calls asks her plan again.
    """
    try:
        number = normalised(sealing.open_number(contact.id, contact.caller_sealed))
        forbidden = number is not None and plan_of_number(number) == "no"
    except KeysAway:
        return True, contact.safe_to_call == "no"
    return number is not None, forbidden or contact.safe_to_call == "no"
