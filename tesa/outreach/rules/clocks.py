"""Who is asked when: the ladder of each priority, and the times by which a dispatch should have moved.

A ladder is a list of rungs counted from the moment its clock started (the request, or the last time the priority was
raised). After the last rung coordinators are asked again and again, with one more worker each time if there is one,
until somebody acknowledges: a ladder has no end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.priorities import Priority

MOST_AT_ONCE = 3  # workers asked in one step, however late the step comes


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: `after` its clock started, ask `workers` more, and the coordinators too if so said."""

    after: timedelta
    workers: int
    coordinators: bool = False


@dataclass(frozen=True)
class Ladder:
    """`answer`: how long one offer waits for its answer. `again`: how often the coordinators are asked after the end."""

    answer: timedelta
    rungs: tuple[Rung, ...]
    again: timedelta

    def rung(self, number: int) -> Rung:
        """Rung `number`, counted from 0; those after the last written one are the repetitions."""
        if number < len(self.rungs):
            return self.rungs[number]
        last = self.rungs[-1].after
        return Rung(last + (number - len(self.rungs) + 1) * self.again, workers=1, coordinators=True)


LADDERS = {
    Priority.P1: Ladder(
        answer=_minutes(3),
        rungs=(Rung(_minutes(0), 1), Rung(_minutes(3), 2), Rung(_minutes(6), 0, coordinators=True)),
        again=_minutes(3),
    ),
    Priority.P2: Ladder(
        answer=_minutes(10),
        rungs=(Rung(_minutes(0), 1), Rung(_minutes(10), 1), Rung(_minutes(20), 0, coordinators=True)),
        again=_minutes(20),
    ),
    Priority.P3: Ladder(
        answer=_minutes(30),
        rungs=(
            Rung(_minutes(0), 1),
            Rung(_minutes(30), 1),
            Rung(_minutes(60), 1),
            Rung(_minutes(90), 0, coordinators=True),
        ),
        again=_minutes(60),
    ),
    Priority.P4: Ladder(
        answer=_minutes(240),
        rungs=(Rung(_minutes(0), 1), Rung(_minutes(240), 1), Rung(_minutes(480), 0, coordinators=True)),
        again=_minutes(24 * 60),
    ),
}

# Counted from the start of the clock. P3 and P4 are planned visits: only the arrival has a limit.
_EN_ROUTE = {Priority.P1: _minutes(10), Priority.P2: _minutes(45)}
_ON_SCENE = {
    Priority.P1: _minutes(45),
    Priority.P2: _minutes(120),
    Priority.P3: timedelta(hours=12),
    Priority.P4: timedelta(days=3),
}


@dataclass(frozen=True)
class Due:
    """What has to be done now: ask `workers` more, ask the `coordinators`; then `rung` rungs are done."""

    workers: int
    coordinators: bool
    rung: int


def due(priority: Priority, since: datetime, rung: int, now: datetime) -> Due:
    """What the ladder asks for at `now`, when its clock started at `since` and `rung` rungs are done.

    Rungs that passed while nobody was looking are done together.
    """
    ladder, workers, coordinators = LADDERS[priority], 0, False
    while since + (step := ladder.rung(rung)).after <= now:
        workers, coordinators, rung = workers + step.workers, coordinators or step.coordinators, rung + 1
    return Due(min(workers, MOST_AT_ONCE), coordinators, rung)


def next_step(priority: Priority, since: datetime, rung: int, open_until: Iterable[datetime]) -> datetime:
    """When to look again: at the next rung, or when the first open offer runs out. Never "never"."""
    return min([since + LADDERS[priority].rung(rung).after, *open_until])


def answer_by(priority: Priority, offered_at: datetime) -> datetime:
    """Until when an offer made at `offered_at` waits for its answer."""
    return offered_at + LADDERS[priority].answer


def expected_by(priority: Priority, state: State, since: datetime) -> datetime | None:
    """By when a dispatch in `state` should have moved on, its clock having started at `since`; None: no limit."""
    limits = {
        State.REQUESTED: LADDERS[priority].answer,
        State.ACKNOWLEDGED: _EN_ROUTE.get(priority, _ON_SCENE[priority]),
        State.EN_ROUTE: _ON_SCENE[priority],
    }
    return since + limits[state] if state in limits else None
