"""What other slices may ask about duty: who is on, whom to ring first, where a gap is. Frozen values only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tesa.accounts.public import staff
from tesa.core.db import db
from tesa.psychologists.models import Assignment, DutyMiss, DutyPresence, DutyTalk
from tesa.psychologists.rules import routing
from tesa.psychologists.rules.presence import effective
from tesa.psychologists.rules.rota import LONGEST_DUTY, Status, Stretch
from tesa.psychologists.rules.rota import gaps as gaps_between
from tesa.psychologists.rules.routing import Candidate, Need

__all__ = ["Candidate", "Gap", "Need", "OnDuty", "gaps", "next_gap", "on_duty", "rank_for"]


@dataclass(frozen=True)
class OnDuty:
    """Somebody whose duty runs now, and what she is doing (no word from her: free)."""

    account_id: uuid.UUID
    tier: int
    line: str
    starts_at: datetime
    ends_at: datetime
    state: str
    since: datetime


@dataclass(frozen=True)
class Gap:
    """A stretch of time that nobody of a tier covers."""

    starts_at: datetime
    ends_at: datetime
    line: str
    tier: int


def _rows(line: str, now: datetime, lead: timedelta = timedelta(0)) -> list[OnDuty]:
    rows = db.session.execute(
        select(
            Assignment.account_id, Assignment.tier, Assignment.starts_at, Assignment.ends_at, DutyPresence.state,
            DutyPresence.until, DutyPresence.since,
        )
        .outerjoin(DutyPresence, DutyPresence.account_id == Assignment.account_id)
        .where(
            Assignment.starts_at > now - LONGEST_DUTY, Assignment.starts_at <= now + lead,
            Assignment.ends_at > now, Assignment.line == line, Assignment.status != Status.CANCELLED,
        )
        .order_by(Assignment.tier, Assignment.starts_at, Assignment.account_id)
    )  # fmt: skip
    return [
        OnDuty(account, tier, line, starts, ends, str(effective(state, until, now)), since or starts)
        for account, tier, starts, ends, state, until, since in rows
    ]


def on_duty(line: str, now: datetime) -> list[OnDuty]:
    """Everybody whose duty on `line` runs at `now`, in the order of tiers. Looks back 48 hours, the longest duty."""
    return _rows(line, now)


def rank_for(
    need: Need, now: datetime, tiers: tuple[int, ...] = (1, 2), free_only: bool = True
) -> list[Candidate]:
    """Whom to ring for `need`, best first; see rules/routing.py."""
    people = {p.account_id: p for p in reversed(_rows("hotline", now, routing.HANDOVER))}
    members = staff(people)
    talk, missed = _talk_minutes(people, now), _missed(people, now)
    idle = dict(
        db.session.execute(
            select(DutyPresence.account_id, DutyPresence.talked_until).where(DutyPresence.account_id.in_(people))
        ).all()
    )
    persons = [
        routing.Person(
            p.account_id, p.tier, p.starts_at, p.ends_at, routing.State(p.state), m.active, m.phone is not None,
            m.gender, m.languages, talk.get(p.account_id, 0), missed.get(p.account_id, 0), idle.get(p.account_id),
        )
        for p in people.values()
        if (m := members.get(p.account_id)) is not None
    ]  # fmt: skip
    return routing.rank(persons, need, now, tiers, free_only)


def _talk_minutes(people: dict[uuid.UUID, OnDuty], now: datetime) -> dict[uuid.UUID, int]:
    begin = now - routing.TALK_WINDOW
    minutes: dict[uuid.UUID, float] = {}
    rows = db.session.execute(
        select(DutyTalk.account_id, DutyTalk.started_at, DutyTalk.ended_at).where(
            DutyTalk.account_id.in_(people), DutyTalk.started_at > begin - LONGEST_DUTY
        )
    )
    for account, started, ended in rows:
        length = (min(ended or now, now) - max(started, begin)).total_seconds()
        minutes[account] = minutes.get(account, 0) + max(0, length) / 60
    return {account: int(total) for account, total in minutes.items()}


def _missed(people: dict[uuid.UUID, OnDuty], now: datetime) -> dict[uuid.UUID, int]:
    rows = db.session.execute(
        select(DutyMiss.account_id, func.count())
        .where(DutyMiss.account_id.in_(people), DutyMiss.at > now - routing.MISSED_WINDOW)
        .group_by(DutyMiss.account_id)
    )
    return {account: count for account, count in rows}


def gaps(start: datetime, end: datetime, line: str = "hotline", tier: int = 1) -> list[Gap]:
    """Where nobody of `tier` is on between `start` and `end`."""
    rows = db.session.execute(
        select(Assignment.starts_at, Assignment.ends_at).where(
            Assignment.starts_at > start - LONGEST_DUTY, Assignment.starts_at < end, Assignment.ends_at > start,
            Assignment.line == line, Assignment.tier == tier, Assignment.status != Status.CANCELLED,
        )
    )  # fmt: skip
    found = gaps_between([Stretch(s, e) for s, e in rows], start, end)
    return [Gap(g.starts_at, g.ends_at, line, tier) for g in found]


def next_gap(now: datetime, days: int = 28) -> Gap | None:
    """The first gap of the first line from `now` on, within `days`."""
    return next(iter(gaps(now, now + timedelta(days=days))), None)
