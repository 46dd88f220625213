"""What becomes of a draft. Of two texts written at the same time neither is ever dropped."""

from __future__ import annotations

LONGEST = 100_000
"""Characters in a note or a draft: some twenty printed pages."""


def is_stale(known: int, present: int) -> bool:
    """Was the text saved elsewhere since the writer last heard of it? `present` is 0 when there is no draft."""
    return known != present


def covered(draft: str, note: str) -> bool:
    """Does the written note hold everything that the draft says, so that the draft may go?"""
    return draft.strip() in note
