"""What other slices may ask about duty: who is on, whom to ring first, where a gap is. Frozen values only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tesa.accounts.public import emails, staff
from tesa.psychologists import queries
from tesa.psychologists.queries import OnDuty
from tesa.psychologists.rules import rota, routing
from tesa.psychologists.rules.presence import OUT, State
from tesa.psychologists.rules.rota import LONGEST_DUTY, Line, Tier
from tesa.psychologists.rules.routing import Candidate, Need, Person
from tesa.telephony.inbound import settings

__all__ = [
    "OUT",
    "ROUTED",
    "Candidate",
    "DutyRow",
    "Gap",
    "Need",
    "OnDuty",
    "Person",
    "anyone_free",
    "can_ring_anybody",
    "duty_board",
    "duty_ends",
    "gaps",
    "next_gap",
    "on_duty",
    "on_duty_or_coming",
    "people_at",
    "rank_for",
    "state_of",
    "wrap_up",
    "writes_until",
]


ROUTED = frozenset({Tier.FIRST, Tier.BACK_UP})


@dataclass(frozen=True)
class Gap:
    """A stretch of time [starts_at, ends_at) that nobody of a tier covers."""

    starts_at: datetime
    ends_at: datetime
    line: str
    tier: int


@dataclass(frozen=True)
class DutyRow:
    """Somebody on duty as a coordinator sees her: what she does, since when, and how much she has borne lately."""

    account_id: uuid.UUID
    email: str
    tier: int
    line: str
    state: State
    since: datetime
    until: datetime | None  # when the state runs out by itself
    contact_id: uuid.UUID | None  # she rings for it, talks with it, or writes it up
    reason: str | None  # of a pause, or of a coordinator who ended her duty
    ordered_off: bool  # a coordinator has ended her duty: it holds, or begins when her talk is over
    missed: int  # offers one after the other, since she last showed that she can be reached
    talk_minutes: int  # in the last 120 minutes
    starts_at: datetime  # of the shift that runs
    ends_at: datetime


def duty_board(now: datetime) -> tuple[DutyRow, ...]:
    """Everybody on duty on all lines at `now`, by line and tier."""
    duties = [duty for line in Line for duty in queries.on_duty_at(line, now)]
    ids = [duty.account_id for duty in duties]
    address = emails(ids)
    missed = queries.missed_in_a_row(ids, now, routing.MISSED_IN_A_ROW)
    talked = queries.talk_minutes(ids, now, routing.TALK_WINDOW)
    waiting = queries.orders_that_wait(ids)
    return tuple(
        DutyRow(
            account_id=duty.account_id,
            email=address[duty.account_id],
            tier=duty.tier,
            line=duty.line,
            state=State(duty.state),
            since=duty.since,
            until=duty.until,
            contact_id=duty.contact_id,
            reason=duty.reason,
            ordered_off=(duty.state == State.OFF and duty.reason is not None) or duty.account_id in waiting,
            missed=missed.get(duty.account_id, 0),
            talk_minutes=talked.get(duty.account_id, 0),
            starts_at=duty.starts_at,
            ends_at=duty.ends_at,
        )
        for duty in duties
    )


def can_ring_anybody(now: datetime) -> bool:
    """Is anybody of the first line or the back-up on duty who has not paused or gone home?"""
    return any(duty.tier in ROUTED and duty.state not in OUT for duty in queries.on_duty_at(Line.HOTLINE, now))


def anyone_free(now: datetime) -> bool:
    """Is anybody of the first line or the back-up on duty and free?"""
    return any(duty.tier in ROUTED and duty.state == State.FREE for duty in queries.on_duty_at(Line.HOTLINE, now))


def wrap_up() -> timedelta:
    """How long whoever has talked may write before she is rung again; once more that long if she asks for it."""
    return timedelta(seconds=settings().wrap_up_seconds)


def writes_until(account_id: uuid.UUID, contact_id: uuid.UUID, now: datetime) -> datetime | None:
    """Until when she writes up this contact; None when she does something else by now."""
    return queries.writes_until(account_id, contact_id, now)


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
    return routing.rank(people_at(now), need, now, tiers, free_only)


def people_at(at: datetime, *, assumed_free: bool = False) -> list[Person]:
    """Everybody whose duty on the hotline runs at `at` or begins within a minute, with all that the order looks at.

    `assumed_free`: for an instant to come, of which nobody knows what they will be doing: all are free, and none has
    talked or missed anything.
    """
    people: dict[uuid.UUID, OnDuty] = {}
    for duty in sorted(queries.on_duty_at(Line.HOTLINE, at, lead=routing.HANDOVER), key=lambda d: d.starts_at):
        known = people.get(duty.account_id)  # her next shift adjoins the one that runs: she stays
        people[duty.account_id] = replace(known, ends_at=duty.ends_at) if known else duty
    members = staff(people)
    talked = {} if assumed_free else queries.talk_minutes(people, at, routing.TALK_WINDOW)
    missed = {} if assumed_free else queries.missed_offers(people, at, routing.MISSED_WINDOW)
    idle = queries.idle_since(people)
    return [
        Person(
            account_id=duty.account_id,
            tier=duty.tier,
            starts_at=duty.starts_at,
            ends_at=duty.ends_at,
            state=State.FREE if assumed_free else State(duty.state),
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
