"""What a person on shift is doing, and when it lapses by itself."""

from __future__ import annotations

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


def effective(state: str | None, until: datetime | None, now: datetime) -> State:
    """The state that counts at `now`: free when nothing was said, or when what was said has run out.

    Wrap-up runs out with its timer, paused and off with the duty in which they were said: whoever went home early
    last night is rung again in her next shift without having to remember to sign on.
    """
    if state is None or (until is not None and until <= now):
        return State.FREE
    return State(state)
