"""She cannot wait any longer: ringing phones stop, and a call-back task keeps the promise (unless her plan forbids it)."""

from __future__ import annotations

from datetime import datetime

from tesa.cases.public import plan_of_number
from tesa.core.vault import KeysAway
from tesa.intake import sealing
from tesa.intake.actions.end_talk import end_broken_talk, had_finished
from tesa.intake.actions.finish_test import finish_test
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.make_promise import make_promise, promise_of
from tesa.intake.actions.mark_silent import is_silent, note_silent_call
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import Contact
from tesa.intake.queries import call_of
from tesa.intake.rules.words import ContactState
from tesa.telephony.numbers import normalised


def give_up_waiting(contact: Contact, cause: str, now: datetime, *, on_line: bool = False) -> None:
    """Close the waiting of `contact` (locked). `cause`: hung_up, asked or message. Does nothing if she waits no more.

    `on_line`: she still is, and leaves her message now.
    """
    call = call_of(contact.id)
    if call is not None and call.ended_at is None and not on_line:
        call.ended_at, call.ended_by = now, "caller"
    if contact.state != ContactState.WAITING:
        return
    if contact.test:
        finish_test(contact, now)
        return
    if cause == "hung_up" and had_finished(contact, now):
        end_broken_talk(contact, now)
        return
    if cause == "hung_up" and is_silent(contact):
        note_silent_call(contact, now)
    withdraw_offers(contact.id, now)
    contact.ended_at, contact.next_step_at = now, None
    has_number, unsafe = _reachable(contact)
    grave = contact.emergency_at is not None or contact.silent_at is not None
    nothing_to_do = cause == "hung_up" and not grave and promise_of(contact) is None
    if (unsafe or not has_number) and nothing_to_do:
        contact.state, contact.outcome, contact.finalized_at = ContactState.FINALIZED, "hang_up", now
        log_event(contact.id, "hung_up", now, detail="unsafe" if unsafe else "no_number")
        return
    contact.state = ContactState.CALL_BACK
    log_event(contact.id, cause, now)
    make_promise(contact, cause, now)


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
