"""Whom the static document rings, and in which order. It is written now, and read at an hour that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_NUMBERS = 10  # Twilio's limit for one Dial
KEPT_FOR_COORDINATORS = 2  # of these places: their numbers stay right when the rota of the document is over
HANDOVER = timedelta(minutes=10)  # two intervals of the export
AHEAD = timedelta(hours=4)  # who comes on within it is rung too, after all who are on


@dataclass(frozen=True)
class Duty:
    """One duty with the number of whoever has it (None: she has none); `tier` 1 first line, 2 back-up, 3 coordinator."""

    tier: int
    starts_at: datetime
    ends_at: datetime
    phone: str | None = field(repr=False)


def numbers(duties: Iterable[Duty], coordinators: Sequence[str], now: datetime) -> tuple[str, ...]:
    """The numbers to ring one after the other; the same number once.

    Tier by tier those who are on, and behind them those of the tier who relieve them within HANDOVER; then those who
    come on within AHEAD; then the `coordinators`' numbers of the settings. If there are too many, the last of those
    before the coordinators' numbers are left out.
    """
    fit = [duty for duty in duties if duty.phone and duty.ends_at > now and duty.starts_at <= now + AHEAD]
    fit.sort(key=lambda duty: (_rank(duty, now), duty.starts_at, duty.phone))
    people = list(dict.fromkeys(duty.phone for duty in fit if duty.phone))
    last = [number for number in dict.fromkeys(coordinators) if number not in people]
    places = MOST_NUMBERS - min(KEPT_FOR_COORDINATORS, len(last))
    return (*people[:places], *last)[:MOST_NUMBERS]


def _rank(duty: Duty, now: datetime) -> tuple[bool, int, bool]:
    """Later ones last; within the others by tier, those who are on before those who come."""
    return (duty.starts_at > now + HANDOVER, duty.tier, duty.starts_at > now)


def next_change(duties: Iterable[Duty], now: datetime) -> datetime | None:
    """When `numbers` may give another answer though nobody touches the rota."""
    edges = (
        edge
        for duty in duties
        for edge in (duty.starts_at - AHEAD, duty.starts_at - HANDOVER, duty.starts_at, duty.ends_at)
    )
    return min((edge for edge in edges if edge > now), default=None)
