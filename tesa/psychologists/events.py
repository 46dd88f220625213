"""News of the rota. Signals are sent inside the transaction of the act, so that what others write stands or falls with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from blinker import Signal


@dataclass(frozen=True)
class RotaChanged:
    """Duties were added, changed or taken away."""

    at: datetime


rota_changed = Signal("The rota has changed; the sender is a RotaChanged.")
