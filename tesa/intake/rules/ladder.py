"""The voice ladder: who is rung at which second after the call came in. Pure.

The best candidate rings at second 1, while the greeting is said; one more at 6; at 10 one more, of the back-up tier
if the first line has nobody left; everybody of both tiers at 15, when the wish for a woman is dropped. Whoever missed it rings again at 35,
coordinators join at 50, at 75 the caller is offered a choice; afterwards everyone again every 20 seconds while she
holds. In a critical contact all first-line and back-up phones ring at 1 and coordinators at 14. Phones that ring go
on ringing: rungs only add. `python -m bench.answer` shows what these seconds are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

AGAIN_EVERY = 20  # seconds between rungs once the ladder has been climbed
CHOICE_AT = 75  # seconds after which she is offered a call-back or a message
FIRST_RING_AT = 1
WISH_DROPPED_AT = 15  # second at which whoever wished for a woman is told that she may wait for one
WAITS_FOR_WOMAN = timedelta(minutes=2)
COORDINATORS_FROM = 15  # from this second on nobody ringing at all also brings the coordinators


@dataclass(frozen=True)
class Rung:
    """At `at` seconds ring `most` more people (None: all) of `tiers`; `again` includes those who missed it before.

    `spares`: when nobody of these tiers is left to ring, the back-up tier, even though a phone rings.
    """

    at: int
    tiers: tuple[int, ...]
    most: int | None
    coordinators: bool = False
    again: bool = False
    keeps_wish: bool = True
    spares: bool = False


ORDINARY = (
    Rung(FIRST_RING_AT, (1,), 1),
    Rung(6, (1,), 1),
    Rung(10, (1,), 1, spares=True),
    Rung(WISH_DROPPED_AT, (1, 2), None, keeps_wish=False),
    Rung(35, (1, 2), None, again=True, keeps_wish=False),
    Rung(50, (1, 2), None, coordinators=True, again=True, keeps_wish=False),
    Rung(75, (1, 2), None, coordinators=True, again=True, keeps_wish=False),
)
CRITICAL = (
    Rung(FIRST_RING_AT, (1, 2), None),
    Rung(14, (1, 2), None, coordinators=True, keeps_wish=False),
    Rung(30, (1, 2), None, coordinators=True, again=True, keeps_wish=False),
)


@dataclass(frozen=True)
class Situation:
    """What the ladder looks at besides the clock: can anybody on duty be rung at all, and does a phone ring for her?"""

    anyone_on_duty: bool
    ringing: bool


def rung(step: int, critical: bool) -> Rung:
    """The rung with number `step` (from 0); past the top, the last one again."""
    return nth(ladder_of(critical), step)


def ladder_of(critical: bool) -> Sequence[Rung]:
    """The ladder of a contact."""
    return CRITICAL if critical else ORDINARY


def nth(rungs: Sequence[Rung], step: int) -> Rung:
    """The rung with number `step` (from 0) of any ladder; past the top, the last one again."""
    return rungs[min(step, len(rungs) - 1)]


def second_of(rungs: Sequence[Rung], step: int) -> int:
    """The second at which the rung with number `step` of any ladder is due."""
    return nth(rungs, step).at + AGAIN_EVERY * max(0, step - (len(rungs) - 1))


def between(last: Rung) -> Rung:
    """By what whoever becomes free is rung at once between two rungs; `last`: the one that was climbed. Whoever missed
    the contact waits for the next rung, as do the coordinators.
    """
    return replace(last, again=False, coordinators=False)


def reached(step: int, critical: bool) -> Rung:
    """The same for a contact whose next rung is `step` (from 1)."""
    return between(rung(step - 1, critical))


def due_at(step: int, critical: bool, opened_at: datetime) -> datetime:
    """When the rung with number `step` is due for a contact that waits since `opened_at`."""
    return opened_at + timedelta(seconds=second_of(ladder_of(critical), step))


def first_due(anyone_on_duty: bool, opened_at: datetime) -> datetime:
    """When the first phone rings: during the greeting, or at once (coordinators) when the rota is empty."""
    return opened_at + timedelta(seconds=FIRST_RING_AT if anyone_on_duty else 0)


def step_for(critical: bool, opened_at: datetime, now: datetime) -> int:
    """The first rung of the ladder that is not yet past: where a contact that becomes critical goes on."""
    step = 0
    while due_at(step + 1, critical, opened_at) <= now:
        step += 1
    return step


def climb(chosen: Rung, situation: Situation, ring: Callable[[Rung], int]) -> tuple[Rung, int]:
    """Ring by `chosen` and, when that falls short, by more: the rung that was used, and how many were rung.

    `ring` rings the free people of a rung and gives their number. Coordinators are the caller's affair.
    """
    done = ring(chosen)
    widened = with_shortfall(chosen, situation, first_line_reached=done > 0)
    return widened, done + (ring(widened) if widened != chosen else 0)


def with_shortfall(chosen: Rung, situation: Situation, first_line_reached: bool) -> Rung:
    """`chosen`, widened when it would ring nobody.

    No first-line psychologist on shift or free: the back-up tier at once. An empty rota: coordinators at once.
    From COORDINATORS_FROM on, nobody ringing at all also brings the coordinators.
    """
    if not situation.anyone_on_duty:
        return Rung(chosen.at, (1, 2), None, coordinators=True, again=True, keeps_wish=False)
    if first_line_reached or (situation.ringing and not chosen.spares):
        return chosen
    alone = chosen.at >= COORDINATORS_FROM and not situation.ringing
    return replace(chosen, tiers=(1, 2), coordinators=chosen.coordinators or alone)


def wish_dropped(since: datetime, now: datetime) -> bool:
    """Does everybody ring by now, whatever she wished? `since`: from when her ladder counts."""
    return now >= since + timedelta(seconds=WISH_DROPPED_AT)


def choice_due(opened_at: datetime, now: datetime, reachable: bool) -> bool:
    """Is it time to offer her a call-back or a message? At once if nobody can be rung at all."""
    return not reachable or now >= opened_at + timedelta(seconds=CHOICE_AT)
