"""The caller's own leg is over."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.end_talk import end_talk
from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.talk_back import BACK, not_answered
from tesa.intake.models import Contact
from tesa.intake.queries import accepted_offer, call_of, locked
from tesa.intake.rules.talk import LegState
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState
from tesa.intake.talk_queries import client_leg
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.telephony.inbound import CallForm
from tesa.telephony.outbox import enqueue

TELL_GONE = "intake.tell_gone"


def note_caller_status(contact_id: uuid.UUID, form: CallForm, now: datetime) -> None:
    """Take note of the final state of her leg; anything else is not news."""
    contact = locked(contact_id)
    if contact is not None and LEG_RANK.get(form.status, 0) >= FINAL_RANK:
        caller_is_gone(contact, now)


def caller_is_gone(contact: Contact, now: datetime) -> None:
    """She has hung up: end the talk, or her waiting; a psychologist who accepted meanwhile is told. Twice does no harm."""
    call, leg = call_of(contact.id), client_leg(contact.id)
    if call is None:
        return
    if leg is not None:
        move_leg(leg, LegState.LEFT, now, "self")
    if contact.state == ContactState.WAITING:
        give_up_waiting(contact, {"call_back": "asked", "message": "message"}.get(contact.wants or "", "hung_up"), now)
    elif contact.state == ContactState.IN_PROGRESS and contact.taken_offer_id is None:
        _was_rung_directly(contact, now)
    elif contact.state == ContactState.IN_PROGRESS and call.joined_at is not None:
        end_talk(contact, "caller", now)
    elif contact.state == ContactState.IN_PROGRESS:
        _left_before_talk(contact, now)
    elif contact.state == ContactState.FINALIZED and call.ended_at is None:  # she was not put through
        call.ended_at, call.ended_by = now, "caller"


def _was_rung_directly(contact: Contact, now: datetime) -> None:
    """Whether somebody answered her on the last resort is not known: a person looks, by way of a call-back task."""
    contact.state = ContactState.WAITING
    give_up_waiting(contact, "hung_up", now)


def _left_before_talk(contact: Contact, now: datetime) -> None:
    """She left between the acceptance and the conference: a call-back task, and whoever accepted hears it."""
    offer = accepted_offer(contact)
    if offer is not None and offer.kind == BACK:
        not_answered(offer, contact, now)
        return
    if offer is not None:
        if offer.call_sid and offer.leg_rank < FINAL_RANK:
            enqueue(TELL_GONE, offer.id, now)
        if offer.account_id is not None:
            mark_wrapup(offer.account_id, now, now)
    contact.state, contact.waiting_since = ContactState.WAITING, contact.opened_at
    give_up_waiting(contact, "hung_up", now)
