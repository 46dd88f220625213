"""The list of emergency words as the hot path needs it: read from the database at most every few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from tesa.core.db import db
from tesa.intake.models import EmergencyWord

FRESH_FOR = timedelta(seconds=5)


def emergency_phrases(now: datetime) -> tuple[str, ...]:
    """The active phrases; a change by an administrator counts after FRESH_FOR at the latest."""
    kept: tuple[datetime, tuple[str, ...]] | None = current_app.extensions.get("tesa_emergency_phrases")
    if kept is not None and abs(now - kept[0]) < FRESH_FOR:
        return kept[1]
    query = select(EmergencyWord.phrase).where(EmergencyWord.active).order_by(EmergencyWord.phrase)
    phrases = tuple(db.session.scalars(query))
    current_app.extensions["tesa_emergency_phrases"] = (now, phrases)
    return phrases
