"""Reads of the rota. Every question about an instant or a stretch looks back 48 hours, the longest duty, and no further."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from tesa.accounts.public import active_accounts
from tesa.core.db import db
from tesa.psychologists.models import Assignment, DutyMiss, DutyOrder, DutyPresence, DutyTalk
from tesa.psychologists.rules.presence import State, effective
from tesa.psychologists.rules.rota import LONGEST_DUTY, Status, Stretch


@dataclass(frozen=True)
class Shift:
    """One assignment."""

    id: uuid.UUID
    account_id: uuid.UUID
    line: str
    tier: int
    starts_at: datetime
    ends_at: datetime
    sequence: int
    source: str
    status: str

    @property
    def stretch(self) -> Stretch:
        """When it is."""
        return Stretch(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class OnDuty:
    """Somebody whose duty runs now, and what she is doing. `until` is when that runs out by itself, if it does."""

    account_id: uuid.UUID
    tier: int
    line: str
    starts_at: datetime
    ends_at: datetime
    state: str
    since: datetime
    until: datetime | None = None
    reason: str | None = None
    contact_id: uuid.UUID | None = None
    extended: bool = False


def touching(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Planned assignments that share an instant with [start, end)."""
    return and_(
        Assignment.starts_at > start - LONGEST_DUTY,
        Assignment.starts_at < end,
        Assignment.ends_at > start,
        Assignment.status != Status.CANCELLED,
    )


def on_duty_at(line: str, now: datetime, lead: timedelta = timedelta(0)) -> list[OnDuty]:
    """Active people whose duty on `line` runs at `now` or begins within `lead`; by tier, start and account."""
    rows = db.session.execute(
        select(
            Assignment.account_id, Assignment.tier, Assignment.line, Assignment.starts_at, Assignment.ends_at,
            DutyPresence.state, DutyPresence.since, DutyPresence.until, DutyPresence.reason,
            DutyPresence.contact_id, DutyPresence.extended,
        )
        .outerjoin(DutyPresence, DutyPresence.account_id == Assignment.account_id)
        .where(
            Assignment.starts_at > now - LONGEST_DUTY,
            Assignment.starts_at <= now + lead,
            Assignment.ends_at > now,
            Assignment.status != Status.CANCELLED,
            Assignment.line == line,
            Assignment.account_id.in_(active_accounts()),
        )
        .order_by(Assignment.tier, Assignment.starts_at, Assignment.account_id)
    )  # fmt: skip
    return [_on_duty(now, *row) for row in rows]


def _on_duty(
    now: datetime, account_id: uuid.UUID, tier: int, line: str, starts_at: datetime, ends_at: datetime,
    said: str | None, since: datetime | None, until: datetime | None, reason: str | None,
    contact_id: uuid.UUID | None, extended: bool | None,
) -> OnDuty:  # fmt: skip
    state = effective(said, until, now)
    if state == State.FREE:  # since her duty began, or since what she said has run out
        free_since = max(starts_at, min(until, now) if until is not None else since or starts_at)
        return OnDuty(account_id, tier, line, starts_at, ends_at, state, free_since)
    return OnDuty(
        account_id, tier, line, starts_at, ends_at, state, since or starts_at, until, reason, contact_id, bool(extended)
    )


def state_of(account_id: uuid.UUID, now: datetime) -> State:
    """What one person is doing at `now`; free when she has said nothing."""
    row = db.session.execute(
        select(DutyPresence.state, DutyPresence.until).where(DutyPresence.account_id == account_id)
    ).first()
    return effective(row.state, row.until, now) if row is not None else State.FREE


def idle_since(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime | None]:
    """When each of these people ended her last talk."""
    rows = db.session.execute(
        select(DutyPresence.account_id, DutyPresence.talked_until).where(DutyPresence.account_id.in_(account_ids))
    )
    return dict(rows.all())


def talk_minutes(account_ids: Collection[uuid.UUID], now: datetime, window: timedelta) -> dict[uuid.UUID, int]:
    """Whole minutes that each of these people has talked within `window` before `now`; a running talk counts."""
    begin = now - window
    rows = db.session.execute(
        select(DutyTalk.account_id, DutyTalk.started_at, DutyTalk.ended_at).where(
            DutyTalk.account_id.in_(account_ids), DutyTalk.started_at > begin - LONGEST_DUTY
        )
    )
    seconds: dict[uuid.UUID, float] = {}
    for account_id, started, ended in rows:
        length = (min(ended or now, now) - max(started, begin)).total_seconds()
        seconds[account_id] = seconds.get(account_id, 0) + max(0.0, length)
    return {account_id: int(total // 60) for account_id, total in seconds.items()}


def missed_offers(account_ids: Collection[uuid.UUID], now: datetime, window: timedelta) -> dict[uuid.UUID, int]:
    """How many offers each of these people has missed within `window` before `now`."""
    rows = db.session.execute(
        select(DutyMiss.account_id, func.count())
        .where(DutyMiss.account_id.in_(account_ids), DutyMiss.at > now - window)
        .group_by(DutyMiss.account_id)
    )
    return dict(rows.all())


def missed_in_a_row(account_ids: Collection[uuid.UUID], now: datetime, window: timedelta) -> dict[uuid.UUID, int]:
    """How many offers each of these people has missed within `window` since she last showed that she can be reached."""
    rows = db.session.execute(
        select(DutyMiss.account_id, func.count())
        .outerjoin(DutyPresence, DutyPresence.account_id == DutyMiss.account_id)
        .where(
            DutyMiss.account_id.in_(account_ids),
            DutyMiss.at > now - window,
            or_(DutyPresence.reachable_at.is_(None), DutyMiss.at > DutyPresence.reachable_at),
        )
        .group_by(DutyMiss.account_id)
    )
    return dict(rows.all())


def order_for(account_id: uuid.UUID) -> DutyOrder | None:
    """The coordinator's order that ends her duty, as long as it holds."""
    return db.session.scalar(select(DutyOrder).where(DutyOrder.account_id == account_id, DutyOrder.ended_at.is_(None)))


def orders_that_wait(account_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Whose duty a coordinator has ended while she rang or talked, so that it ends after that."""
    query = select(DutyOrder.account_id).where(
        DutyOrder.account_id.in_(account_ids), DutyOrder.ended_at.is_(None), DutyOrder.done_at.is_(None)
    )
    return set(db.session.scalars(query))


def writes_until(account_id: uuid.UUID, contact_id: uuid.UUID, now: datetime) -> datetime | None:
    """Until when she writes up this contact; None when she does something else by now."""
    return db.session.scalar(
        select(DutyPresence.until).where(
            DutyPresence.account_id == account_id,
            DutyPresence.contact_id == contact_id,
            DutyPresence.state == State.WRAPUP,
            DutyPresence.until > now,
        )
    )


def covered(start: datetime, end: datetime, line: str, tiers: Collection[int]) -> list[Stretch]:
    """When somebody active is on `line` in one of `tiers`, as far as it touches [start, end)."""
    rows = db.session.execute(
        select(Assignment.starts_at, Assignment.ends_at).where(
            touching(start, end),
            Assignment.line == line,
            Assignment.tier.in_(tiers),
            Assignment.account_id.in_(active_accounts()),
        )
    )
    return [Stretch(starts_at, ends_at) for starts_at, ends_at in rows]


def shifts(start: datetime, end: datetime, account_ids: Collection[uuid.UUID] | None = None) -> list[Shift]:
    """Planned assignments that touch [start, end), of everybody or of these people, by start."""
    conditions = [touching(start, end)]
    if account_ids is not None:
        conditions.append(Assignment.account_id.in_(account_ids))
    return _shifts(*conditions)


def shift_by_id(assignment_id: uuid.UUID) -> Shift | None:
    """One assignment, cancelled or not."""
    return next(iter(_shifts(Assignment.id == assignment_id)), None)


def _shifts(*conditions: ColumnElement[bool]) -> list[Shift]:
    rows = db.session.execute(
        select(
            Assignment.id, Assignment.account_id, Assignment.line, Assignment.tier, Assignment.starts_at,
            Assignment.ends_at, Assignment.sequence, Assignment.source, Assignment.status,
        )
        .where(*conditions)
        .order_by(Assignment.starts_at, Assignment.account_id)
    )  # fmt: skip
    return [Shift(*row) for row in rows]
