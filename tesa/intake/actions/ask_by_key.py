"""A question that she answers with keys, because she cannot speak: 1 yes, 2 no.

Her line is led out of the conference for a moment, to a document that asks, and back. First Twilio is told that her
leaving does not end the conference; when that is done, she is led away. Until she is back, her leg has stepped out.
The question is an event of her contact, and so is the answer; the id of the question stands in her addresses.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.intake import addresses, prompts
from tesa.intake.actions.catch_up import put_off
from tesa.intake.actions.join_room import join_room
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.mark_silent import mark_silent
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.models import Contact, ContactEvent
from tesa.intake.queries import locked
from tesa.intake.rules.talk import LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.speaking import say
from tesa.intake.talk_queries import client_leg
from tesa.telephony.inbound import CallForm
from tesa.telephony.outbox import enqueue
from tesa.telephony.plans import Gather, Plan, Redirect

LET_GO = "intake.let_go"
LEAD_AWAY = "intake.lead_away"
ASKED, ANSWERED = "asked_by_key", "answered_by_key"
QUESTIONS = {
    sentence.key: sentence
    for sentence in (
        prompts.ASK_SAFE,
        prompts.ASK_ALONE,
        prompts.ASK_HURT,
        prompts.ASK_CHILDREN,
        prompts.ASK_HELP,
        prompts.ASK_LATER,
    )
}
"""What may be asked, by key: neutral for whoever else hears it."""
ANSWERS = {"1": "yes", "2": "no", "0": "emergency", "": "none"}
THINKS = 6  # seconds; the question is said twice
OUT_AT_MOST = timedelta(seconds=45)  # the longest that a question takes


def ask_by_key(contact: Contact, question: str, by: uuid.UUID, now: datetime) -> None:
    """Let her who talks with `by` (`contact` is locked) hear a question of QUESTIONS.

    Raises RuleBroken when it is no such question, nobody talks, or a question is being heard already.
    """
    if question not in QUESTIONS:
        raise RuleBroken(_("Pilih pertanyaan dari daftar."))
    leg = client_leg(contact.id)
    if contact.state != ContactState.IN_PROGRESS or leg is None or leg.state != LegState.JOINED:
        raise RuleBroken(_("Tidak ada percakapan telepon yang sedang berlangsung."))
    if is_being_asked(contact.id, now):
        raise RuleBroken(_("Pertanyaan sebelumnya masih diperdengarkan."))
    leg.stepped_out_at = now
    enqueue(LET_GO, log_event(contact.id, ASKED, now, by, detail=question), now)


def is_being_asked(contact_id: uuid.UUID, now: datetime) -> bool:
    """Is the client out of the conference to hear a question? Then her leaving it is not her hanging up."""
    leg = client_leg(contact_id)
    return leg is not None and leg.stepped_out_at is not None and now - leg.stepped_out_at < OUT_AT_MOST


def question_of(contact_id: uuid.UUID, ref: uuid.UUID | None) -> ContactEvent | None:
    """The question with this id, if it was put to this contact."""
    event = db.session.get(ContactEvent, ref) if ref else None
    return event if event is not None and event.contact_id == contact_id and event.code == ASKED else None


def hear_question(contact_id: uuid.UUID, ref: uuid.UUID | None, now: datetime) -> Plan:
    """What her line hears: the question, twice if need be; then she goes back, with or without an answer."""
    contact, question = locked(contact_id), question_of(contact_id, ref)
    if contact is None or question is None or _answer(question) is not None:
        return _back(contact_id, now)
    answered = addresses.answered(contact_id, question.id)
    spoken = tuple(say(s, contact.language) for s in (QUESTIONS[question.detail], prompts.YES_OR_NO))
    return (Gather(answered, spoken, timeout=THINKS), Gather(answered, spoken, timeout=THINKS), Redirect(answered))


def answer_question(
    contact_id: uuid.UUID, ref: uuid.UUID | None, form: CallForm, now: datetime, *, keys_away: bool = False
) -> Plan:
    """Her key, or none. Only the first report counts. 0 is an emergency here too; with `keys_away` see catch_up."""
    contact, question = locked(contact_id), question_of(contact_id, ref)
    key = form.digits[:1]
    if contact is None or question is None or _answer(question) is not None:
        return _back(contact_id, now)
    note_answer(question, ANSWERS.get(key, "other"), now)
    if key:
        mark_silent(contact, None, now)
    if key == "0":
        if keys_away:
            put_off(contact, "caller_key", now)
        else:
            raise_emergency(contact, "caller_key", None, now)
    heard = (say(prompts.EMERGENCY if key == "0" else prompts.HEARD, contact.language),) if key else ()
    return (*heard, *_back(contact_id, now))


def note_answer(question: ContactEvent, answer: str, now: datetime) -> None:
    """Write the answer down, unless there is one: yes, no, emergency, other, none, or not_heard. She is back."""
    if _answer(question) is None:
        log_event(question.contact_id, ANSWERED, now, detail=f"{question.id} {answer}")
    _returned(question.contact_id)


def _answer(question: ContactEvent) -> str | None:
    query = select(ContactEvent.detail).where(
        ContactEvent.contact_id == question.contact_id,
        ContactEvent.code == ANSWERED,
        ContactEvent.detail.startswith(f"{question.id} "),
    )
    return db.session.scalar(query)


def _returned(contact_id: uuid.UUID) -> None:
    leg = client_leg(contact_id)
    if leg is not None:
        leg.stepped_out_at = None


def _back(contact_id: uuid.UUID, now: datetime) -> Plan:
    _returned(contact_id)
    return join_room(contact_id, now)
