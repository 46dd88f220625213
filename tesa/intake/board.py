"""The telephone line as it is now, in codes, ids and times. Columns only; nothing here is unsealed.

Read every two seconds by every open live page, so each question is one statement, however many wait.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select

from tesa.core.db import db
from tesa.intake.models import CallBackTask, Contact, Offer
from tesa.intake.rules import ladder
from tesa.intake.rules.nuisance import BLOCKED
from tesa.intake.rules.priority import is_critical
from tesa.intake.rules.words import Channel, ContactState, OfferOutcome

MOST = 200


@dataclass(frozen=True)
class Asked:
    """Somebody whose telephone rings, or rang, for a contact. `account_id` None: a number of last resort."""

    account_id: uuid.UUID | None
    at: datetime
    outcome: str | None  # None: it rings


@dataclass(frozen=True)
class Waiting:
    """A contact that nobody has taken. `step`: rungs of the ladder that are done; `next_tiers`: whom the next one rings
    (3: coordinators), empty for a text.
    """

    id: uuid.UUID
    channel: str
    risk: str | None
    emergency: bool
    since: datetime
    wish_woman: bool
    step: int
    next_at: datetime | None
    next_tiers: tuple[int, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Talk:
    """A contact that somebody has: a talk on the telephone, or a written conversation."""

    id: uuid.UUID
    channel: str
    emergency: bool
    account_id: uuid.UUID | None
    since: datetime
    unanswered_since: datetime | None  # of a written one: her oldest text that nobody has answered


@dataclass(frozen=True)
class Owed:
    """A promise to call back that is open."""

    contact_id: uuid.UUID
    cause: str
    made_at: datetime
    due_at: datetime
    tries: int
    assigned_id: uuid.UUID | None


def waiting_now() -> list[Waiting]:
    """Who waits: emergencies first, then the longest. Not those from blocked numbers that are no emergency."""
    rows = db.session.execute(
        select(
            Contact.id, Contact.channel, Contact.risk, Contact.emergency_at, Contact.waiting_since, Contact.opened_at,
            Contact.wish_woman, Contact.ladder_step, Contact.next_step_at, Contact.severity,
        )
        .where(
            Contact.state == ContactState.WAITING,
            ~Contact.test,
            ~and_(Contact.from_blocked, Contact.emergency_at.is_(None)),
        )
        .order_by(Contact.emergency_at.is_(None), Contact.opened_at)
        .limit(MOST)
    ).all()  # fmt: skip
    asked = _asked([row.id for row in rows])
    return [
        Waiting(
            r.id, r.channel, r.risk, r.emergency_at is not None, r.waiting_since or r.opened_at, r.wish_woman,
            r.ladder_step, r.next_step_at, _next_tiers(r), tuple(asked[r.id]),
        )
        for r in rows
    ]  # fmt: skip


def _next_tiers(row: Any) -> tuple[int, ...]:
    if row.channel != Channel.VOICE:
        return ()
    rung = ladder.rung(row.ladder_step, is_critical(row.emergency_at is not None, row.risk, row.severity))
    return (*rung.tiers, 3) if rung.coordinators else rung.tiers


def _asked(contact_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Asked]]:
    found: dict[uuid.UUID, list[Asked]] = defaultdict(list)
    if contact_ids:
        rows = db.session.execute(
            select(Offer.contact_id, Offer.account_id, Offer.offered_at, Offer.ended_at, Offer.outcome)
            .where(Offer.contact_id.in_(contact_ids), Offer.kind.in_(("call", "message")))
            .order_by(Offer.offered_at, Offer.id)
        )
        for contact_id, account_id, offered_at, ended_at, outcome in rows:
            found[contact_id].append(Asked(account_id, ended_at or offered_at, outcome))
    return found


def talks_now() -> list[Talk]:
    """Talks and written conversations that somebody has, the longest first."""
    rows = db.session.execute(
        select(
            Contact.id, Contact.channel, Contact.emergency_at, Contact.psychologist_id, Contact.taken_at,
            Contact.opened_at, Contact.waiting_since,
        )
        .where(Contact.state == ContactState.IN_PROGRESS, ~Contact.test)
        .order_by(Contact.channel != Channel.VOICE, Contact.taken_at)
        .limit(MOST)
    )  # fmt: skip
    return [
        Talk(
            r.id, r.channel, r.emergency_at is not None, r.psychologist_id, r.taken_at or r.opened_at,
            r.waiting_since if r.channel != Channel.VOICE else None,
        )
        for r in rows
    ]  # fmt: skip


def owed_now() -> list[Owed]:
    """Open promises to call back, the most urgent first."""
    rows = db.session.execute(
        select(
            CallBackTask.contact_id, CallBackTask.cause, CallBackTask.created_at, CallBackTask.due_at,
            CallBackTask.tries, CallBackTask.assigned_id,
        )
        .where(CallBackTask.done_at.is_(None))
        .order_by(CallBackTask.due_at)
        .limit(MOST)
    )  # fmt: skip
    return [Owed(*row) for row in rows]


CallRow = tuple[datetime, datetime | None, datetime | None, str | None, bool]
_ANSWERED = (
    select(func.min(Offer.ended_at))
    .where(Offer.contact_id == Contact.id, Offer.kind == "call", Offer.outcome == OfferOutcome.ACCEPTED)
    .correlate(Contact)
    .scalar_subquery()
)
_LEFT = case(
    (Contact.outcome == BLOCKED, "blocked"),
    (CallBackTask.cause.is_not(None), CallBackTask.cause),
    (Contact.state.in_([ContactState.FINALIZED, ContactState.CALL_BACK, ContactState.TO_RECORD]), "hung_up"),
    (Contact.state == ContactState.IN_PROGRESS, "direct"),
)


def calls_since(start: datetime) -> list[CallRow]:
    """The calls that came in since `start`: when, answered when, left when, left how (of the unanswered), promised.

    Answered: first accepted by somebody. Left how: hung_up, asked, message, blocked, or direct (led to the duty
    phones); None while she waits.
    """
    rows = db.session.execute(
        select(Contact.opened_at, _ANSWERED, Contact.ended_at, _LEFT, CallBackTask.id.is_not(None))
        .outerjoin(CallBackTask, CallBackTask.contact_id == Contact.id)
        .where(Contact.channel == Channel.VOICE, Contact.opened_at >= start, ~Contact.test)
    )
    return [(came, answered, left_at, left, promised) for came, answered, left_at, left, promised in rows]


def promises_since(start: datetime) -> list[tuple[datetime, datetime, datetime | None]]:
    """The promises to call back that were made since `start`: made, due, closed."""
    rows = db.session.execute(
        select(CallBackTask.created_at, CallBackTask.due_at, CallBackTask.done_at).where(
            CallBackTask.created_at >= start
        )
    )
    return [(made, due, done) for made, due, done in rows]
