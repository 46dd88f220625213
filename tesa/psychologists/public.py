"""What other slices may ask about duty: who is on, whom to ring first, where a gap is. Frozen values only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tesa.accounts.public import staff
from tesa.psychologists import queries
from tesa.psychologists.queries import OnDuty
from tesa.psychologists.rules import rota, routing
from tesa.psychologists.rules.presence import State
from tesa.psychologists.rules.rota import LONGEST_DUTY, Line, Tier
from tesa.psychologists.rules.routing import Candidate, Need

__all__ = [
    "Candidate",
    "Gap",
    "Need",
    "OnDuty",
    "duty_ends",
    "gaps",
    "next_gap",
    "on_duty",
    "on_duty_or_coming",
    "rank_for",
    "state_of",
]


@dataclass(frozen=True)
class Gap:
    """A stretch of time [starts_at, ends_at) that nobody of a tier covers."""

    starts_at: datetime
    ends_at: datetime
    line: str
    tier: int


def on_duty(line: str, now: datetime) -> list[OnDuty]:
    """Everybody whose duty on `line` runs at `now`, in the order of tiers.

    Bounded to the 48 hours that a duty may last, so that it costs the same however long the rota is.
    """
    return queries.on_duty_at(line, now)


def on_duty_or_coming(line: str, now: datetime, lead: timedelta) -> list[OnDuty]:
    """The same, and everybody whose duty on `line` begins within `lead`."""
    return queries.on_duty_at(line, now, lead=lead)


def state_of(account_id: uuid.UUID, now: datetime) -> State:
    """What one person is doing at `now`: free, ringing, talking, writing up, paused, off."""
    return queries.state_of(account_id, now)


def rank_for(
    need: Need, now: datetime, tiers: tuple[int, ...] = (Tier.FIRST, Tier.BACK_UP), free_only: bool = True
) -> list[Candidate]:
    """Whom of the hotline to ring for `need`, best first; the order is that of rules/routing.py.

    Whoever comes on duty within a minute is there already, behind those who stay and before those who go.
    """
    people: dict[uuid.UUID, OnDuty] = {}
    for duty in sorted(queries.on_duty_at(Line.HOTLINE, now, lead=routing.HANDOVER), key=lambda d: d.starts_at):
        known = people.get(duty.account_id)  # her next shift adjoins the one that runs: she stays
        people[duty.account_id] = replace(known, ends_at=duty.ends_at) if known else duty
    members = staff(people)
    talked = queries.talk_minutes(people, now, routing.TALK_WINDOW)
    missed = queries.missed_offers(people, now, routing.MISSED_WINDOW)
    idle = queries.idle_since(people)
    persons = [
        routing.Person(
            account_id=duty.account_id,
            tier=duty.tier,
            starts_at=duty.starts_at,
            ends_at=duty.ends_at,
            state=State(duty.state),
            active=member.active,
            has_phone=member.phone is not None,
            gender=member.gender,
            languages=member.languages,
            talk_minutes=talked.get(duty.account_id, 0),
            missed=missed.get(duty.account_id, 0),
            idle_since=idle.get(duty.account_id),
        )
        for duty in people.values()
        if (member := members.get(duty.account_id)) is not None
    ]
    return routing.rank(persons, need, now, tiers, free_only)


def duty_ends(account_id: uuid.UUID, now: datetime) -> datetime | None:
    """When the duty of one person that runs at `now` ends, adjoining shifts taken together; None off duty."""
    ahead = now + LONGEST_DUTY
    return rota.run_until([s.stretch for s in queries.shifts(now, ahead, [account_id])], now)


def gaps(start: datetime, end: datetime, line: str = Line.HOTLINE, tier: int = Tier.FIRST) -> list[Gap]:
    """Where nobody of `tier` is on between `start` and `end`, in order."""
    found = rota.gaps(queries.covered(start, end, line, [tier]), start, end)
    return [Gap(g.starts_at, g.ends_at, line, tier) for g in found]


def next_gap(now: datetime, days: int = 28) -> Gap | None:
    """The first stretch from `now` on, within `days`, in which no psychologist of the first line is on."""
    return next(iter(gaps(now, now + timedelta(days=days))), None)
