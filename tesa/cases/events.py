"""News of persons. Signals are sent inside the transaction of the act, so that what others write stands or falls with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from blinker import Signal


@dataclass(frozen=True)
class ExclusionChanged:
    """`account_id` is never offered this person from now on (`reason` says why), or may be again (`reason` None)."""

    account_id: uuid.UUID
    reason: str | None
    case_ids: tuple[uuid.UUID, ...]  # all cases of the person
    numbers: tuple[str, ...] = field(repr=False)  # E.164; empty when who she was is destroyed
    at: datetime


exclusion_changed = Signal("Somebody is never offered a person, or may be again; the sender is an ExclusionChanged.")
