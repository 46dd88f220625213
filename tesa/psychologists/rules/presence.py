"""What a person on shift is doing, and when it lapses by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Free to be rung; ringing for one contact; talking; writing up (wrap-up); paused with a reason; off (went home)."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPUP = "wrapup"
    PAUSED = "paused"
    OFF = "off"


class PauseReason(StrEnum):
    """Why somebody asks not to be rung for a while. Codes only: a free text would end in a list."""

    REST = "rest"
    DEBRIEF = "debrief"
    TECHNICAL = "technical"
    MISSED_OFFERS = "missed_offers"
    OTHER = "other"


class OffReason(StrEnum):
    """Why a coordinator ends somebody's duty. Codes only."""

    UNREACHABLE = "unreachable"
    UNWELL = "unwell"
    REPLACED = "replaced"
    OTHER = "other"


OUT = frozenset({State.PAUSED, State.OFF})  # on the rota, and yet never rung
MISSES_TO_PAUSE = 2  # offers missed one after the other


class AfterMiss(StrEnum):
    """What follows an offer that somebody missed."""

    NOTHING = "nothing"
    PAUSE = "pause"  # she is not rung any more, and the coordinators are told
    TELL = "tell"  # she is the last one who can be rung: she goes on being rung, and the coordinators are told


def after_miss(in_a_row: int, others: Iterable[State]) -> AfterMiss:
    """What follows her miss number `in_a_row` (from 1) since she last showed that she can be reached.

    `others` are the states of all others on duty in the tiers that are rung. Whoever is free or ringing can take
    calls in her place; without one of them she is not paused, and every second miss is told.
    """
    if in_a_row < MISSES_TO_PAUSE:
        return AfterMiss.NOTHING
    if any(state in (State.FREE, State.RINGING) for state in others):
        return AfterMiss.PAUSE
    return AfterMiss.TELL if in_a_row % MISSES_TO_PAUSE == 0 else AfterMiss.NOTHING


def effective(state: str | None, until: datetime | None, now: datetime) -> State:
    """The state that counts at `now`: free when nothing was said, or when what was said has run out.

    Wrap-up runs out with its timer, paused and off with the duty in which they were said: whoever went home early
    last night is rung again in her next shift without having to remember to sign on.
    """
    if state is None or (until is not None and until <= now):
        return State.FREE
    return State(state)
