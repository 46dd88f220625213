"""How much danger there is. A person decides; whatever else speaks may raise the risk, never lower it."""

from __future__ import annotations

from enum import StrEnum


class Risk(StrEnum):
    """Four levels, from the least to the greatest."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """1 for low … 4 for emergency."""
        return tuple(Risk).index(self) + 1


def rank(risk: Risk | str | None) -> int:
    """The rank of `risk`; 0 when nobody has judged it yet. Raises ValueError for a word that is no level."""
    return 0 if risk is None else Risk(risk).rank


def riskier(a: Risk | str | None, b: Risk | str | None) -> Risk | None:
    """The greater of two risks; None when neither was judged."""
    greater = max(a, b, key=rank)
    return None if greater is None else Risk(greater)


def lowers(before: Risk | str | None, after: Risk | str) -> bool:
    """Would going from `before` to `after` lower the risk? A first judgement lowers nothing."""
    return rank(after) < rank(before)
