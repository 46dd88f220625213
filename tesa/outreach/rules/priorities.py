"""The four priorities of a dispatch."""

from __future__ import annotations

from enum import StrEnum


class Priority(StrEnum):
    """How urgent a dispatch is. The names sort by urgency, P1 first."""

    P1 = "P1"  # attack now, weapon, strangulation, suicide act, child alone in danger
    P2 = "P2"  # serious harm likely within 24 hours
    P3 = "P3"
    P4 = "P4"


def more_urgent(one: Priority, other: Priority) -> bool:
    """True when `one` is more urgent than `other`."""
    return one < other
