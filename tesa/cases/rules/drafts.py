"""What becomes of a draft. Of two texts written at the same time neither is ever dropped."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST = 100_000
"""Characters in a note or a draft: some thirty printed pages."""


def first_revision(now: datetime) -> int:
    """The number before a new draft's first. It grows with time, so that a window which still knows a draft that is
    long gone does not take the next one for it."""
    return int((now - _EPOCH).total_seconds())


def is_stale(known: int, present: int | None, *, same_text: bool) -> bool:
    """Was another text saved since the writer last heard of the draft? `present` is None when there is none.

    A save that is sent again because its answer was lost brings the same text, and is not stale.
    """
    return present is not None and known != present and not same_text


def may_go(draft: str, present: int, writer: uuid.UUID | None, note: str, known: int, window: uuid.UUID) -> bool:
    """May the draft go, now that `note` is written?

    Yes if the window that wrote the note also saved the draft last, or had loaded it (`known`), or if the note holds
    everything that the draft says. Otherwise it is the text of another window, and stays.
    """
    return writer == window or present == known or draft.strip() in note
