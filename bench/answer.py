"""`python -m bench.answer`: how soon callers are answered in simulated months, by TeSA's own rules.

The ladder (intake/rules/ladder.py), the order of people (psychologists/rules/routing.py), the order of callers
(intake/rules/priority.py) and the pause after missed offers are the ones that the running application calls; what is
simulated is the world around them: callers with their patience, and people who pick up or do not. All policies meet
the same callers and the same reactions of the same people, month for month.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import statistics
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tesa.intake.rules import ladder, priority
from tesa.intake.rules.ladder import Rung
from tesa.psychologists.rules import routing
from tesa.psychologists.rules.presence import AfterMiss, State, after_miss
from tesa.psychologists.rules.routing import Candidate, Need, Person

T0 = datetime(2026, 11, 1, tzinfo=UTC)
FOREVER = T0 + timedelta(days=10_000)
BACK_AFTER = 300.0  # seconds until whoever was paused for missed offers presses the button


@dataclass(frozen=True)
class World:
    """What is assumed. Times in seconds."""

    calls_an_hour: float = 2
    patience: float = 120  # mean, exponential, counted from the webhook
    talk: float = 1800  # mean, exponential
    fixed_talk: bool = False
    wrap_up: float = 180
    answers: float = 0.9  # chance that a rung free telephone is answered at all
    median: float = 6  # until key 1, log-normal
    spread: float = 0.5  # its sigma
    wish: float = 0.6  # of callers, for a woman
    staff: str = "PPLP"  # gender; the last one is the back-up
    days: int = 30


@dataclass(frozen=True)
class Policy:
    """Rungs, how long a telephone rings, and whether whoever becomes free is rung at once."""

    name: str
    rungs: Sequence[Rung]
    ring_seconds: float = 20
    between: bool = True


TAIL = ladder.ORDINARY[4:]
PUBLISHED = (Rung(4, (1,), 1), Rung(9, (1,), 1), Rung(14, (1,), 1), Rung(19, (1, 2), None, keeps_wish=False), *TAIL)
POLICIES = (
    Policy("one at a time, 25 s each", tuple(Rung(4 + 25 * n, (1,), 1, again=n > 2) for n in range(24)), 25, False),
    Policy("all at once, from second 4", (Rung(4, (1,), None), *TAIL), between=False),
    Policy("4, 9, 14, back-up at 19", PUBLISHED),
    Policy("all at once, from second 1", (Rung(1, (1,), None), *TAIL), between=False),
    Policy("TeSA's ladder", ladder.ORDINARY),
)


@dataclass(frozen=True)
class Caller:
    """One call, and the seed of how each telephone reacts to it."""

    at: float
    patience: float
    woman: bool
    talk: float
    seed: int


def month(world: World, seed: int) -> list[Caller]:
    """The callers of one month."""
    chance, at, callers = random.Random(seed), 0.0, []
    while (at := at + chance.expovariate(world.calls_an_hour / 3600)) < world.days * 86400:
        talk = world.talk if world.fixed_talk else chance.expovariate(1 / world.talk)
        callers.append(
            Caller(
                at, chance.expovariate(1 / world.patience), chance.random() < world.wish, talk, chance.getrandbits(48)
            )
        )
    return callers


@dataclass
class Worker:
    """Somebody on duty the whole month."""

    person: Person
    state: State = State.FREE
    missed_in_a_row: int = 0
    misses: list[float] = field(default_factory=list)
    talks: list[tuple[float, float]] = field(default_factory=list)

    def at(self, now: float) -> Person:
        """What the order of people looks at."""
        window = routing.TALK_WINDOW.total_seconds()
        self.talks = [talk for talk in self.talks if talk[1] > now - window]
        talked = sum(min(end, now) - max(begin, now - window) for begin, end in self.talks if begin < now)
        lately = routing.MISSED_WINDOW.total_seconds()
        return replace(
            self.person,
            state=self.state,
            talk_minutes=int(talked // 60),
            missed=sum(1 for miss in self.misses if miss > now - lately),
        )


@dataclass
class Waiting:
    """A caller on the ladder. `rung`: person -> since when her telephone rings."""

    caller: Caller
    id: uuid.UUID
    step: int = 0
    asked: set[uuid.UUID] = field(default_factory=set)
    rung: dict[uuid.UUID, float] = field(default_factory=dict)
    rings: int = 0


@dataclass
class Month:
    """What came of it."""

    callers: int
    rings: int = 0
    answers: list[tuple[float, bool, bool, int]] = field(default_factory=list)  # after, woman wished, is one, tier

    def figures(self) -> tuple[float, ...]:
        """Shares: within 15 s, within 20 s, lost, telephones rung for an answer, wish met, taken by the back-up."""
        found, wished = self.answers, [a for a in self.answers if a[1]]
        return (
            sum(a[0] <= 15 for a in found) / self.callers,
            sum(a[0] <= 20 for a in found) / self.callers,
            1 - len(found) / self.callers,
            self.rings / len(found),
            sum(a[2] for a in wished) / len(wished),
            sum(a[3] == 2 for a in found) / len(found),
        )


class Run:
    """One month under one policy."""

    def __init__(self, world: World, policy: Policy, callers: Sequence[Caller]) -> None:
        self.world, self.policy = world, policy
        self.staff = {
            (who := uuid.UUID(int=number + 1)): Worker(_person(who, gender, 2 if number + 1 == len(world.staff) else 1))
            for number, gender in enumerate(world.staff)
        }
        self.waiting: dict[uuid.UUID, Waiting] = {}
        self.result = Month(len(callers))
        self.events: list[tuple[float, int, Callable[[float], None]]] = []
        self.number = 0
        for number, caller in enumerate(callers):
            self.after(caller.at, lambda now, n=number, c=caller: self.comes(n, c, now))

    def after(self, at: float, what: Callable[[float], None]) -> None:
        """Let `what` happen at `at`."""
        self.number += 1
        heapq.heappush(self.events, (at, self.number, what))

    def go(self) -> Month:
        """Let the month pass."""
        while self.events:
            now, _number, what = heapq.heappop(self.events)
            what(now)
        return self.result

    # -- callers
    def comes(self, number: int, caller: Caller, now: float) -> None:
        contact = Waiting(caller, uuid.UUID(int=number))
        self.waiting[contact.id] = contact
        self.after(now + self.policy.rungs[0].at, lambda t: self.climbs(contact, 0, t))
        self.after(now + caller.patience, lambda t: self.leaves(contact, t))

    def leaves(self, contact: Waiting, now: float) -> None:
        if self.waiting.pop(contact.id, None) is not None:
            self.stop_ringing(contact)
            self.somebody_is_free(now)

    def climbs(self, contact: Waiting, step: int, now: float) -> None:
        if contact.id not in self.waiting or contact.step != step:
            return
        self.ring(contact, ladder.nth(self.policy.rungs, step), now)
        contact.step += 1
        while (due := contact.caller.at + ladder.second_of(self.policy.rungs, contact.step)) <= now:
            contact.step += 1
        self.after(due, lambda t, s=contact.step: self.climbs(contact, s, t))

    def ring(self, contact: Waiting, rung: Rung, now: float) -> None:
        free_ones = any(w.state not in (State.PAUSED, State.OFF) for w in self.staff.values())
        ladder.climb(
            rung, ladder.Situation(free_ones, bool(contact.rung)), lambda wider: self.ring_free(contact, wider, now)
        )

    def ring_free(self, contact: Waiting, rung: Rung, now: float) -> int:
        not_again = set(contact.rung) if rung.again else contact.asked
        need = Need(contact.caller.woman and rung.keeps_wish, frozenset(), None, frozenset(not_again), critical=False)
        people = [worker.at(now) for worker in self.staff.values()]
        chosen = routing.rank(people, need, T0 + timedelta(seconds=now), rung.tiers, free_only=True)[: rung.most]
        for candidate in chosen:
            self.ring_one(contact, candidate, now)
        return len(chosen)

    def ring_one(self, contact: Waiting, candidate: Candidate, now: float) -> None:
        who, world = candidate.account_id, self.world
        self.staff[who].state = State.RINGING
        contact.asked.add(who)
        contact.rung[who] = now
        chance = random.Random(contact.caller.seed ^ (who.int << 8) ^ contact.rings)
        contact.rings, self.result.rings = contact.rings + 1, self.result.rings + 1
        picks_up = chance.random() < world.answers
        after = chance.lognormvariate(math.log(world.median), world.spread)
        if picks_up and after < self.policy.ring_seconds:
            self.after(now + after, lambda t: self.accepts(contact, candidate, now, t))
        else:
            self.after(now + self.policy.ring_seconds, lambda t: self.misses(contact, who, now, t))

    def stop_ringing(self, contact: Waiting) -> None:
        for who in contact.rung:
            self.staff[who].state = State.FREE

    # -- people
    def accepts(self, contact: Waiting, candidate: Candidate, rung_at: float, now: float) -> None:
        who = candidate.account_id
        if contact.id not in self.waiting or contact.rung.get(who) != rung_at:
            return
        del self.waiting[contact.id]
        self.stop_ringing(contact)
        worker, over = self.staff[who], now + contact.caller.talk
        worker.state, worker.missed_in_a_row = State.TALKING, 0
        worker.talks.append((now, over))
        worker.person = replace(worker.person, idle_since=T0 + timedelta(seconds=over))
        is_woman = worker.person.gender == "P"
        self.result.answers.append((now - contact.caller.at, contact.caller.woman, is_woman, candidate.tier))
        self.after(over + self.world.wrap_up, lambda t: self.is_free(who, State.TALKING, t))
        self.somebody_is_free(now)

    def misses(self, contact: Waiting, who: uuid.UUID, rung_at: float, now: float) -> None:
        if contact.id not in self.waiting or contact.rung.get(who) != rung_at:
            return
        del contact.rung[who]
        worker = self.staff[who]
        worker.state, worker.missed_in_a_row = State.FREE, worker.missed_in_a_row + 1
        worker.misses.append(now)
        others = [other.state for other in self.staff.values() if other is not worker]
        if after_miss(worker.missed_in_a_row, others) is AfterMiss.PAUSE:
            worker.state, worker.missed_in_a_row = State.PAUSED, 0
            self.after(now + BACK_AFTER, lambda t: self.is_free(who, State.PAUSED, t))
        if not contact.rung:
            self.after(now + 1, lambda t, s=contact.step: self.climbs(contact, s, t))
        self.somebody_is_free(now)

    def is_free(self, who: uuid.UUID, was: State, now: float) -> None:
        if self.staff[who].state == was:
            self.staff[who].state = State.FREE
            self.somebody_is_free(now)

    def somebody_is_free(self, now: float) -> None:
        """Those who wait between two rungs without a telephone that rings, in the order of their turn."""
        if not self.policy.between:
            return
        moment = T0 + timedelta(seconds=now)
        unrung = [c for c in self.waiting.values() if c.step > 0 and not c.rung]
        for contact in sorted(unrung, key=lambda c: priority.rank(_claim(c), moment)):
            self.ring(contact, ladder.between(ladder.nth(self.policy.rungs, contact.step - 1)), now)


def _person(who: uuid.UUID, gender: str, tier: int) -> Person:
    return Person(who, tier, T0, FOREVER, State.FREE, True, True, gender, frozenset(), 0, 0, None)


def _claim(contact: Waiting) -> priority.Claim:
    return priority.Claim(str(contact.id), False, None, 0, T0 + timedelta(seconds=contact.caller.at))


HEAD = ("<= 15 s", "<= 20 s", "lost", "phones", "wish met", "by back-up")


def simulate(world: World, policy: Policy, seeds: Sequence[int]) -> list[tuple[float, ...]]:
    """The figures of each month."""
    return [Run(world, policy, month(world, seed)).go().figures() for seed in seeds]


def line(months: Sequence[tuple[float, ...]]) -> str:
    """The means, each with half of its 95 % interval over the months."""
    cells = []
    for number, values in enumerate(zip(*months, strict=True)):
        scale = 1 if number == 3 else 100
        mean = statistics.mean(values) * scale
        half = 1.96 * statistics.stdev(values) * scale / math.sqrt(len(values)) if len(values) > 1 else math.nan
        cells.append(f"{mean:5.2f}±{half:.2f}" if number == 3 else f"{mean:5.1f}±{half:.1f}")
    return " ".join(f"{cell:>10}" for cell in cells)


OTHER_WORLDS = (
    ("talks of exactly 30 min", {"fixed_talk": True}),
    ("pick-up median 8 s", {"median": 8.0}),
    ("pick-up spread 1.0", {"spread": 1.0}),
    ("8 of 10 rings answered", {"answers": 0.8}),
    ("patience mean 60 s", {"patience": 60.0}),
    ("3 calls an hour", {"calls_an_hour": 3.0}),
    ("1 call an hour", {"calls_an_hour": 1.0}),
    ("4 first-line + 1 back-up", {"staff": "PPLPP"}),
    ("2 first-line + 1 back-up", {"staff": "PLP"}),
)


def answer(months: int = 24, seed: int = 1) -> None:
    """Print both tables: the policies side by side, and TeSA's ladder in other worlds."""
    world, seeds = World(), range(seed, seed + months)
    print(
        f"Speed of answer, {months} simulated months of {world.days} days (seeds {seeds[0]}-{seeds[-1]}): 2 calls/h, 3 first-line + 1"
        " back-up,\n  patience mean 120 s, talk mean 30 min + 3 min, a rung free phone answered 9 of 10 times, median 6 s,"
        " 60 % wish for a woman;\n  % of all callers (phones: rung for an answer), mean ± half of the 95 % interval",
        flush=True,
    )
    print(f"  {'':28}" + " ".join(f"{head:>10}" for head in HEAD))
    for policy in POLICIES:
        print(f"  {policy.name:28}{line(simulate(world, policy, seeds))}", flush=True)
    print("  TeSA's ladder, were the world another:")
    for name, changes in OTHER_WORLDS:
        print(f"  {name:28}{line(simulate(replace(world, **changes), POLICIES[-1], seeds))}", flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.answer", description=__doc__)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    answer(asked.months, asked.seed)


if __name__ == "__main__":
    main()
