"""How much of what is sealed one person may open in an hour, and what happens when it is more. Pure.

Counted are different things, not how often a page was asked for: a page that refreshes itself, or is opened again,
opens nothing new. Answering a call and raising an emergency open nothing that is stored and are never held up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from tesa.accounts.rules.policy import POLICY

HOUR = timedelta(hours=1)
ALERT, STEP_UP, BLOCK = 60, 120, 240
THRESHOLDS = (ALERT, STEP_UP, BLOCK)
COUNTED = frozenset({line.act for line in POLICY if line.opens} | {"case.read", "contact.read", "dispatch.read"})
"""Acts whose entry in the trail says that one thing was opened: those of the table that open, and the pages on which
they happen."""
OPENINGS = COUNTED | {"draft.read", "case.export"}
"""What an incident report lists. Reading one's own draft is among it, but not counted: one's own words never go away."""
Thing = tuple[str, UUID | None]
K = TypeVar("K")


@dataclass(frozen=True)
class Reading:
    """What one person opened within the last hour: each thing once, with the moment when it was first opened."""

    things: Mapping[Thing, datetime]

    def count(self) -> int:
        """How many different things."""
        return len(self.things)

    def with_one_more(self, thing: Thing, at: datetime) -> Reading:
        """The same with `thing` opened at `at`; no change if it had been opened already."""
        return self if thing in self.things else Reading({**self.things, thing: at})

    def reached_at(self, threshold: int) -> datetime | None:
        """When the thing that made it `threshold` was opened; None below."""
        if self.count() < threshold:
            return None
        return sorted(self.things.values())[threshold - 1]


def blocked(reading: Reading, thing: Thing) -> bool:
    """Is the meter full for something that she has not opened within this hour?"""
    return thing not in reading.things and reading.count() >= BLOCK


def must_step_up(reading: Reading, thing: Thing, stepped_up_at: datetime | None) -> bool:
    """Has she opened STEP_UP things since she last showed a second factor, and is about to open another one?"""
    if thing in reading.things:
        return False
    reached = reading.reached_at(STEP_UP)
    return reached is not None and (stepped_up_at is None or stepped_up_at < reached)


def tripped(count: int) -> int | None:
    """The highest threshold that `count` has reached."""
    return max((t for t in THRESHOLDS if count >= t), default=None)


def newly_tripped(counts: Mapping[K, int], told: Iterable[tuple[K, int]]) -> list[tuple[K, int]]:
    """Who has reached which threshold that nobody has been told of within the hour, lowest threshold first."""
    known = set(told)
    return [(who, t) for who, count in counts.items() for t in THRESHOLDS if count >= t and (who, t) not in known]
