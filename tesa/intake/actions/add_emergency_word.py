"""Administrators edit the list of emergency words."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound, RuleBroken
from tesa.intake.models import EmergencyWord
from tesa.intake.rules.emergency_words import folded


def add_emergency_word(phrase: str, by: uuid.UUID, now: datetime) -> None:
    """Add `phrase`, or use it again if it was switched off. Raises RuleBroken when it has no three letters."""
    phrase = " ".join(phrase.split()).casefold()
    if sum(map(len, folded(phrase))) < 3:
        raise RuleBroken(_("Kata darurat sedikitnya tiga huruf."))
    word = db.session.scalar(db.select(EmergencyWord).where(EmergencyWord.phrase == phrase))
    if word is None:
        word = EmergencyWord(id=new_id(), phrase=phrase, active=True)
        db.session.add(word)
    word.active = True
    db.session.flush()
    record(by, "emergency_word.add", "emergency_word", word.id, now)


def switch_emergency_word(word_id: uuid.UUID, active: bool, by: uuid.UUID, now: datetime) -> None:
    """Use a word, or stop using it."""
    word = db.session.get(EmergencyWord, word_id)
    if word is None:
        raise NotFound
    word.active = active
    record(by, "emergency_word.switch", "emergency_word", word_id, now, active=active)
