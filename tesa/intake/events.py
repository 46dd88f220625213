"""News of intake. Signals are sent inside the transaction of the act, so that what others write stands or falls with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from blinker import Signal


@dataclass(frozen=True)
class EmergencyRaised:
    """A contact has become an emergency. `by`: caller_key, caller_words or psychologist (then `actor` is set)."""

    contact_id: uuid.UUID
    case_id: uuid.UUID | None
    channel: str
    by: str
    actor: uuid.UUID | None
    at: datetime


emergency_raised = Signal("A contact has become an emergency; the sender is an EmergencyRaised.")


@dataclass(frozen=True)
class ContactLinked:
    """A contact has been linked with a case."""

    contact_id: uuid.UUID
    case_id: uuid.UUID


contact_linked = Signal("A contact has been linked with a case; the sender is a ContactLinked.")
