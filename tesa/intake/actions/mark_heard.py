"""Somebody has heard what a caller left."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.errors import NotFound
from tesa.intake.actions.log_event import log_event
from tesa.intake.file_models import SealedFile
from tesa.intake.rules.files import PLAYABLE


def mark_heard(file: SealedFile, by: uuid.UUID, now: datetime) -> None:
    """Note who heard `file` first, and when. Raises NotFound for one that cannot be heard."""
    if file.state not in PLAYABLE:
        raise NotFound
    if file.heard_at is None:
        file.heard_at, file.heard_by = now, by
        log_event(file.contact_id, f"{file.kind}_heard", now, by)
