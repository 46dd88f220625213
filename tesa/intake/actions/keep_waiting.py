"""What she hears while she waits: never bare ringing, keys at any time, and after a while a choice."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake import addresses, prompts
from tesa.intake.models import Call, Contact, ContactEvent
from tesa.intake.queries import call_of, locked, someone_before
from tesa.intake.rules import ladder
from tesa.intake.rules.waiting import AT_ONCE, QUIET, WELCOME, Round, Waiting, round_for
from tesa.intake.rules.words import ContactState
from tesa.intake.speaking import music, say
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import CallForm, settings
from tesa.telephony.plans import Gather, Pause, Plan, Play


def keep_waiting(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """The next document of her waiting; also the sign of life by which the sweep knows that she is still there."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None:
        return (say(prompts.STAY), Pause(QUIET))
    between = Pause(AT_ONCE) if call.rounds < WELCOME else music(QUIET)
    said = round_for(_waiting(contact, call, now))
    call.heard_at, call.rounds = now, call.rounds + 1
    call.queue_sid = form.queue_sid or call.queue_sid
    return (_gather(contact, said, between),)


def _gather(contact: Contact, said: Round, between: Pause | Play) -> Gather:
    action = addresses.of_call(contact.id, "quiet" if said.quiet_key else "key")
    spoken = tuple(say(sentence, language or contact.language) for sentence, language in said.sentences)
    return Gather(action, (*spoken, between), timeout=1)


def _waiting(contact: Contact, call: Call, now: datetime) -> Waiting:
    """Where she stands; what costs a query is asked only in the rounds that need it."""
    started = call.rounds > 0
    return Waiting(
        round=call.rounds,
        language=contact.language,
        connecting=contact.state == ContactState.IN_PROGRESS,
        choice=started and ladder.choice_due(contact.opened_at, now, _reachable(now)),
        someone_before=started and someone_before(contact, now),
        may_wait_for_woman=contact.wish_woman
        and contact.woman_until is None
        and ladder.wish_dropped(contact.ladder_from or contact.waiting_since or contact.opened_at, now),
        asked_for_keys=started and contact.silent_at is None and not _has_pressed(contact.id),
    )


def _has_pressed(contact_id: uuid.UUID) -> bool:
    pressed = select(ContactEvent.id).where(ContactEvent.contact_id == contact_id, ContactEvent.code == "key").limit(1)
    return db.session.scalar(pressed) is not None


def _reachable(now: datetime) -> bool:
    return bool(settings().coordinator_numbers) or bool(on_duty("hotline", now))
