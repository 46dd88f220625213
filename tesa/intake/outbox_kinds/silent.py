"""A question that she answers with keys: her leaving must not end the conference, then she is led to it."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.intake import addresses
from tesa.intake.actions.ask_by_key import ASKED, LEAD_AWAY, LET_GO, is_being_asked, note_answer
from tesa.intake.models import Contact, ContactEvent
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.words import ContactState
from tesa.telephony.gateway import ChangeParticipant, RedirectCall, Request
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue


def _wanted(ref: uuid.UUID, now: datetime) -> tuple[Contact, str] | None:
    """Her contact and CallSid, while the question still makes sense."""
    question = db.session.get(ContactEvent, ref)
    contact = db.session.get(Contact, question.contact_id) if question and question.code == ASKED else None
    call = call_of(contact.id) if contact else None
    if contact is None or call is None or call.ended_at is not None:
        return None
    talking = contact.state == ContactState.IN_PROGRESS and is_being_asked(contact.id, now)
    return (contact, call.call_sid) if talking else None


def _compose_let_go(ref: uuid.UUID, now: datetime) -> Request | None:
    wanted = _wanted(ref, now)
    call = call_of(wanted[0].id) if wanted else None
    if wanted is None or call is None:
        return None
    room = call.room_sid or addresses.room(wanted[0].id, call.room_round)
    return ChangeParticipant(room, wanted[1], ends_room=False)


def _settle_let_go(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    if outcome.state == "sent":
        enqueue(LEAD_AWAY, ref, now)
    else:
        _not_heard(ref, now)


def _compose_lead_away(ref: uuid.UUID, now: datetime) -> Request | None:
    wanted = _wanted(ref, now)
    return RedirectCall(wanted[1], addresses.asked(wanted[0].id, ref)) if wanted else None


def _settle_lead_away(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    if outcome.state != "sent":
        _not_heard(ref, now)


def _not_heard(ref: uuid.UUID, now: datetime) -> None:
    question = db.session.get(ContactEvent, ref)
    if question is not None and locked(question.contact_id) is not None:
        note_answer(question, "not_heard", now)


KINDS = (
    Kind(LET_GO, _compose_let_go, _settle_let_go, Promise.CONTROL),
    Kind(LEAD_AWAY, _compose_lead_away, _settle_lead_away, Promise.CONTROL),
)
