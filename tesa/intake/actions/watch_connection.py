"""Accepted, but not connected in time: put the caller back to the head of the queue, or find out that she is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake.actions.join_room import CHECK_EVERY
from tesa.intake.actions.lose_psychologist import lose_psychologist
from tesa.intake.actions.note_caller_status import TELL_GONE, caller_is_gone
from tesa.intake.actions.reopen_waiting import reopen_waiting
from tesa.intake.actions.talk_back import BACK, not_answered
from tesa.intake.models import Call, Contact
from tesa.intake.queries import accepted_offer, call_of
from tesa.intake.rules.talk import BROWSER_COMES_BACK_WITHIN, LegKind
from tesa.intake.rules.words import FINAL_RANK, ContactState
from tesa.intake.talk_queries import leg_of_offer, live_legs, psychologist_leg
from tesa.telephony.outbox import enqueue

CHECK = "intake.check_call"
CHECK_LEG = "intake.check_leg"
SOON = timedelta(seconds=3)
SILENT_FOR = timedelta(seconds=60)


def watch_connection(contact: Contact, now: datetime) -> None:
    """The deadline of an accepted contact (locked, in progress, on the telephone) has passed."""
    call, offer = call_of(contact.id), accepted_offer(contact)
    contact.next_step_at = None
    if call is None:
        return
    if call.joined_at is not None:
        _watch_talk(contact, call, now)
        return
    if offer is None:
        return
    if offer.kind == BACK:
        not_answered(offer, contact, now)
        return
    if call.ended_at is not None:
        caller_is_gone(contact, now)
        return
    if offer.call_sid and offer.leg_rank < FINAL_RANK:
        enqueue(TELL_GONE, offer.id, now)
    reopen_waiting(contact, offer, now)


def _watch_talk(contact: Contact, call: Call, now: datetime) -> None:
    """They talk: is everybody still there? A browser that was away for too long is a line that broke off."""
    if contact.taken_offer_id is not None and psychologist_leg(contact) is None:
        back_at = call.line_lost_at + BROWSER_COMES_BACK_WITHIN if call.line_lost_at else now
        if now >= back_at and leg_of_offer(contact.taken_offer_id) is not None:
            lose_psychologist(contact, now)
            return
        contact.next_step_at = max(back_at, now + SOON)
        return
    contact.next_step_at = now + CHECK_EVERY
    enqueue(CHECK, contact.id, now)
    for leg in live_legs(contact.id):
        if leg.kind != LegKind.CLIENT and leg.call_sid is not None:
            enqueue(CHECK_LEG, leg.id, now)


def look_soon(contact: Contact, now: datetime) -> None:
    """Somebody has left the conference: if nothing else says why, Twilio is asked in a moment how all lines fare."""
    if contact.state == ContactState.IN_PROGRESS:
        contact.next_step_at = min(contact.next_step_at or now + SOON, now + SOON)


def presumed_gone(contact: Contact, now: datetime) -> bool:
    """Has nothing been heard of a waiting caller's leg for so long that her last callbacks must have been lost?

    While she waits, Twilio asks for her next document every ten seconds or so.
    """
    call = call_of(contact.id)
    return call is not None and call.ended_at is None and now - call.heard_at > SILENT_FOR
