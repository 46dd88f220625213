"""What can be true of a person."""

from __future__ import annotations

from datetime import datetime

OLDEST = 120
"""Years that somebody may be old."""


def may_be_born(year: int, now: datetime) -> bool:
    """Can somebody living at `now` have been born in `year`?"""
    return now.year - OLDEST <= year <= now.year
