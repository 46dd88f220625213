"""Who would be rung for a call, at which second and why, if nobody picked up. Pure.

The rungs are those of the real ladder and the order is that of the real routing; this only walks through both, and
keeps what they leave out. Telephones that ring go on ringing, as they do.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tesa.intake.rules import ladder
from tesa.psychologists.rules import routing
from tesa.psychologists.rules.presence import OUT, State
from tesa.psychologists.rules.routing import Need, Person

UNTIL = 75  # seconds: then she is offered a choice, and the last rung comes again and again
TIERS = (1, 2)
COORDINATOR = 3


@dataclass(frozen=True)
class Rung:
    """Somebody who is rung. `account_id` None: the coordinators' number with that index."""

    account_id: uuid.UUID | None
    tier: int
    reasons: tuple[str, ...]
    number: int | None = None


@dataclass(frozen=True)
class Step:
    """What happens so many seconds after the call came in; nobody new is rung where `rung` is empty."""

    seconds: int
    tiers: tuple[int, ...]
    rung: tuple[Rung, ...]


@dataclass(frozen=True)
class LeftOut:
    """Somebody who is not rung at all, and why (a code of routing.why_not)."""

    account_id: uuid.UUID
    tier: int
    why: str


@dataclass(frozen=True)
class Situation:
    """What the ladder looks at: people of the hotline at `at`, coordinators and numbers of last resort."""

    people: Sequence[Person]
    coordinators: Sequence[uuid.UUID]
    numbers: int
    at: datetime


def rehearse(need: Need, situation: Situation) -> tuple[Step, ...]:
    """The ladder, rung by rung, up to UNTIL."""
    steps: list[Step] = []
    ringing: list[Rung] = []
    anyone = any(p.tier in TIERS and p.state not in OUT for p in situation.people)
    number = 0
    while (due := _due(number, anyone, need, situation)) <= UNTIL:
        steps.append(_climb(number, due, anyone, need, situation, ringing))
        ringing += steps[-1].rung
        number += 1
    return tuple(steps)


def _due(number: int, anyone: bool, need: Need, situation: Situation) -> int:
    at = ladder.first_due(anyone, situation.at) if number == 0 else ladder.due_at(number, need.critical, situation.at)
    return round((at - situation.at).total_seconds())


def _climb(number: int, due: int, anyone: bool, need: Need, situation: Situation, before: Sequence[Rung]) -> Step:
    new: list[Rung] = []

    def ring(rung: ladder.Rung) -> int:
        found = _people(rung, due, need, situation, [*before, *new])
        new.extend(found)
        return len(found)

    state = ladder.Situation(anyone_on_duty=anyone, ringing=bool(before))
    used, _count = ladder.climb(ladder.rung(number, need.critical), state, ring)
    if used.coordinators:
        new.extend(_coordinators(need, situation, [*before, *new]))
    return Step(due, (*used.tiers, COORDINATOR) if used.coordinators else used.tiers, tuple(new))


def _people(rung: ladder.Rung, due: int, need: Need, situation: Situation, rung_before: Sequence[Rung]) -> list[Rung]:
    already = {r.account_id for r in rung_before if r.account_id is not None}
    asked = replace(need, wish_woman=need.wish_woman and rung.keeps_wish, excluded=need.excluded | already)
    now = situation.at + timedelta(seconds=due)
    ranked = routing.rank(situation.people, asked, now, rung.tiers, free_only=True)
    return [Rung(c.account_id, c.tier, c.reasons) for c in ranked[: rung.most]]


def _coordinators(need: Need, situation: Situation, rung_before: Sequence[Rung]) -> list[Rung]:
    already = {(r.account_id, r.number) for r in rung_before}
    busy = {p.account_id for p in situation.people if p.state != State.FREE}
    people = [
        Rung(account_id, COORDINATOR, ("coordinator",))
        for account_id in situation.coordinators
        if (account_id, None) not in already and account_id not in need.excluded | busy
    ]
    numbers = [Rung(None, COORDINATOR, ("coordinator_number",), index) for index in range(situation.numbers)]
    return people + [each for each in numbers if (None, each.number) not in already]


def left_out(need: Need, situation: Situation) -> tuple[LeftOut, ...]:
    """Who is on duty in a tier that rings, and is not rung, and why."""
    found = (
        LeftOut(person.account_id, person.tier, why)
        for person in situation.people
        if person.tier in TIERS and (why := routing.why_not(person, need, TIERS, free_only=True)) is not None
    )
    return tuple(sorted(found, key=lambda each: (each.tier, each.why, each.account_id)))
