"""It is known that she cannot speak: keys are her answers. Silent calls that repeat are told to those who know her."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import exists, select

from tesa.accounts.notices import holders, tell
from tesa.accounts.rules.roles import Role
from tesa.cases.public import case_brief, high_risk_case
from tesa.core.db import db
from tesa.core.vault import KeysAway
from tesa.intake.actions.log_event import log_event
from tesa.intake.callers import AGAIN_WITHIN, earlier_calls
from tesa.intake.models import Call, Contact, ContactEvent
from tesa.intake.queries import number_of
from tesa.intake.rules import ladder
from tesa.intake.rules.words import ContactState
from tesa.psychologists.public import on_duty

SILENT_AGAIN = "intake.silent_again"
"""The notice of silent calls that repeat; `notice_kinds.py` has its words."""
SILENT = "silent"  # the outcome
COORDINATORS = 3  # their tier on the rota
TELLING = 2  # silent calls of one number within AGAIN_WITHIN


def mark_silent(contact: Contact, by: uuid.UUID | None, now: datetime) -> None:
    """She cannot speak: her own key said so, or `by`, who is on the line with her. `contact` is locked. Twice is once."""
    if contact.silent_at is None:
        contact.silent_at = now
        log_event(contact.id, "silent", now, by)
        note_silent_call(contact, now)


def note_silent_call(contact: Contact, now: datetime) -> None:
    """`contact` (locked) is a silent call. The second one within a day of a number that belongs to an open case of high
    risk is told to the case's owner and the coordinators at once, and this contact becomes a grave one. Told once.

    While the key provider is away it cannot be known whose number this is: then nothing happens.
    """
    try:
        number = number_of(contact)
        case_id = high_risk_case(number) if number else None
        if number is None or case_id is None:
            return
        earlier = [c for c in earlier_calls(number, contact.opened_at, now - AGAIN_WITHIN) if is_silent(c)]
    except KeysAway:
        return
    told = select(ContactEvent.id).where(ContactEvent.contact_id == contact.id, ContactEvent.code == "silent_again")
    if len(earlier) + 1 < TELLING or db.session.scalar(told) is not None:
        return
    log_event(contact.id, "silent_again", now, detail=str(len(earlier) + 1))
    case = case_brief(case_id)
    people = [person.account_id for person in on_duty("hotline", now) if person.tier == COORDINATORS]
    tell(
        {*(people or holders(Role.COORDINATOR)), *([case.owner_id] if case else [])},
        SILENT_AGAIN,
        contact.id,
        now,
        urgent=True,
    )
    _make_grave(contact, now)


def is_silent(contact: Contact) -> bool:
    """Was this a call in which nothing was said? She could not speak, or left without a talk and without a key."""
    if contact.silent_at is not None or contact.outcome == SILENT:
        return True
    pressed = exists().where(ContactEvent.contact_id == contact.id, ContactEvent.code == "key")
    never = select(Call.id).where(
        Call.contact_id == contact.id, Call.joined_at.is_(None), Call.ended_at.is_not(None), ~pressed
    )
    return db.session.scalar(never) is not None


def _make_grave(contact: Contact, now: datetime) -> None:
    """Everybody is rung for her at once, as in an emergency; whether it is one, a person decides."""
    if contact.risk != "emergency":
        contact.risk = "high"
    if contact.state == ContactState.WAITING:
        since = contact.ladder_from or contact.waiting_since or contact.opened_at
        contact.ladder_step = ladder.step_for(True, since, now)
        contact.next_step_at = max(now, ladder.due_at(contact.ladder_step, True, since))
