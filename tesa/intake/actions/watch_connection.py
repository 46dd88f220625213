"""Accepted, but not connected in time: put the caller back to the head of the queue, or find out that she is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake.actions.join_room import CHECK_EVERY
from tesa.intake.actions.note_caller_status import TELL_GONE, caller_is_gone
from tesa.intake.actions.reopen_waiting import reopen_waiting
from tesa.intake.models import Contact
from tesa.intake.queries import accepted_offer, call_of
from tesa.intake.rules.words import FINAL_RANK
from tesa.telephony.outbox import enqueue

CHECK = "intake.check_call"
SILENT_FOR = timedelta(seconds=60)


def watch_connection(contact: Contact, now: datetime) -> None:
    """The deadline of an accepted contact (locked, in progress, on the telephone) has passed."""
    call, offer = call_of(contact.id), accepted_offer(contact)
    contact.next_step_at = None
    if call is None:
        return
    if call.joined_at is not None:
        contact.next_step_at = now + CHECK_EVERY
        enqueue(CHECK, contact.id, now)
        return
    if offer is None:
        return
    if call.ended_at is not None:
        caller_is_gone(contact, now)
        return
    if offer.call_sid and offer.leg_rank < FINAL_RANK:
        enqueue(TELL_GONE, offer.id, now)
    reopen_waiting(contact, offer, now)


def presumed_gone(contact: Contact, now: datetime) -> bool:
    """Has nothing been heard of a waiting caller's leg for so long that her last callbacks must have been lost?

    While she waits, Twilio asks for her next document every ten seconds or so.
    """
    call = call_of(contact.id)
    return call is not None and call.ended_at is None and now - call.heard_at > SILENT_FOR
