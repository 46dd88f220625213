"""The voice ladder: who is rung at which second after the call came in. Pure.

Seconds and tiers as the hotline has published them: best candidate at 4, one more at 9 and 14, back-ups at 19,
everyone on duty at 35, coordinators at 50, at 75 the caller is offered a choice; afterwards everyone again every
20 seconds while she holds. In an emergency all first-line and back-up phones ring at 4 and coordinators at 14.
Phones that ring go on ringing: rungs only add.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

AGAIN_EVERY = 20  # seconds between rungs once the ladder has been climbed
CHOICE_AT = 75  # seconds after which she is offered a call-back or a message
FIRST_RING_AT = 4


@dataclass(frozen=True)
class Rung:
    """At `at` seconds ring `most` more people (None: all) of `tiers`; `again` includes those who missed it before."""

    at: int
    tiers: tuple[int, ...]
    most: int | None
    coordinators: bool = False
    again: bool = False
    keeps_wish: bool = True


ORDINARY = (
    Rung(4, (1,), 1),
    Rung(9, (1,), 1),
    Rung(14, (1,), 1),
    Rung(19, (1, 2), None, keeps_wish=False),
    Rung(35, (1, 2), None, again=True, keeps_wish=False),
    Rung(50, (1, 2), None, coordinators=True, again=True, keeps_wish=False),
    Rung(75, (1, 2), None, coordinators=True, again=True, keeps_wish=False),
)
CRITICAL = (
    Rung(4, (1, 2), None),
    Rung(14, (1, 2), None, coordinators=True, keeps_wish=False),
    Rung(30, (1, 2), None, coordinators=True, again=True, keeps_wish=False),
)


@dataclass(frozen=True)
class Situation:
    """What the ladder looks at besides the clock: is anybody on duty at all, and is a phone ringing for her?"""

    anyone_on_duty: bool
    ringing: bool


def rung(step: int, critical: bool) -> Rung:
    """The rung with number `step` (from 0); past the top, the last one again."""
    ladder = CRITICAL if critical else ORDINARY
    return ladder[min(step, len(ladder) - 1)]


def due_at(step: int, critical: bool, opened_at: datetime) -> datetime:
    """When the rung with number `step` is due for a contact that waits since `opened_at`."""
    ladder = CRITICAL if critical else ORDINARY
    beyond = max(0, step - (len(ladder) - 1))
    return opened_at + timedelta(seconds=rung(step, critical).at + AGAIN_EVERY * beyond)


def first_due(anyone_on_duty: bool, opened_at: datetime) -> datetime:
    """When the first phone rings: after the greeting, or at once (coordinators) when the rota is empty."""
    return opened_at + timedelta(seconds=FIRST_RING_AT if anyone_on_duty else 0)


def step_for(critical: bool, opened_at: datetime, now: datetime) -> int:
    """The first rung of the ladder that is not yet past: where a contact that becomes critical goes on."""
    step = 0
    while due_at(step + 1, critical, opened_at) <= now:
        step += 1
    return step


def with_shortfall(chosen: Rung, situation: Situation, first_line_reached: bool) -> Rung:
    """`chosen`, widened when it would ring nobody.

    No first-line psychologist on shift or free: the back-up tier at once. An empty rota: coordinators at once.
    From second 19 on, nobody ringing at all also brings the coordinators.
    """
    if not situation.anyone_on_duty:
        return Rung(chosen.at, (1, 2), None, coordinators=True, again=True, keeps_wish=False)
    if first_line_reached or situation.ringing:
        return chosen
    return Rung(chosen.at, (1, 2), chosen.most, chosen.coordinators or chosen.at >= 19, chosen.again, chosen.keeps_wish)


def choice_due(opened_at: datetime, now: datetime, reachable: bool) -> bool:
    """Is it time to offer her a call-back or a message? At once if nobody can be rung at all."""
    return not reachable or now >= opened_at + timedelta(seconds=CHOICE_AT)
