"""The message ladder: what happens while a message has no human reply. Pure.

Assigned at once; after 2 minutes a reminder, 4 another first-line psychologist, 8 the back-up tier, 12 a coordinator,
20 all coordinators, and these again every 10 minutes. An emergency pages all first-line and back-up phones after 4 s
and coordinators after 14 s. Minutes count from the oldest message nobody has answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AGAIN_EVERY = timedelta(minutes=10)
CAPACITY = 3  # conversations one psychologist holds at a time
CAPACITY_ON_CALL = 1


class Deed(StrEnum):
    """What a rung does."""

    ASSIGN = "assign"
    REMIND = "remind"
    REASSIGN = "reassign"
    BACK_UP = "back_up"
    PAGE_ALL = "page_all"
    COORDINATORS = "coordinators"


@dataclass(frozen=True)
class Rung:
    """After `after` of silence do `deed`."""

    after: timedelta
    deed: Deed


ORDINARY = (
    Rung(timedelta(0), Deed.ASSIGN),
    Rung(timedelta(minutes=2), Deed.REMIND),
    Rung(timedelta(minutes=4), Deed.REASSIGN),
    Rung(timedelta(minutes=8), Deed.BACK_UP),
    Rung(timedelta(minutes=12), Deed.COORDINATORS),
    Rung(timedelta(minutes=20), Deed.COORDINATORS),
)
CRITICAL = (
    Rung(timedelta(0), Deed.ASSIGN),
    Rung(timedelta(seconds=4), Deed.PAGE_ALL),
    Rung(timedelta(seconds=14), Deed.COORDINATORS),
    Rung(timedelta(minutes=2), Deed.REASSIGN),
    Rung(timedelta(minutes=4), Deed.BACK_UP),
    Rung(timedelta(minutes=8), Deed.COORDINATORS),
)


def rung(step: int, critical: bool) -> Rung:
    """The rung with number `step` (from 0); past the top, coordinators again and again."""
    ladder = CRITICAL if critical else ORDINARY
    return ladder[min(step, len(ladder) - 1)]


def due_at(step: int, critical: bool, since: datetime) -> datetime:
    """When rung `step` is due for a conversation unanswered since `since`."""
    ladder = CRITICAL if critical else ORDINARY
    beyond = max(0, step - (len(ladder) - 1))
    return since + rung(step, critical).after + AGAIN_EVERY * beyond


def has_room(open_conversations: int, on_call: bool) -> bool:
    """May one more conversation be given to her?"""
    return open_conversations < (CAPACITY_ON_CALL if on_call else CAPACITY)
