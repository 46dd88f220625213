"""A sentence gets a recording, another one, or none any more. Recordings hold nothing about anybody."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.intake.models import RecordedPrompt
from tesa.intake.prompts import sentences
from tesa.intake.rules.sound import MOST_BYTES, NoSound, examine, longest
from tesa.intake.rules.words import Language
from tesa.intake.speaking import MUSIC, VOICES


def record_prompt(key: str, language: str, content: bytes, by: uuid.UUID, now: datetime) -> None:
    """Let `content` (a WAV or MP3 file) be heard in the place of the sentence `key`.

    Raises NotFound for a key or language that is not there, RuleBroken when the file cannot be played or is too long.
    """
    _must_be_there(key, language)
    if len(content) > MOST_BYTES:
        raise RuleBroken(_("Berkas lebih besar dari 1 MB."))
    try:
        sound = examine(content)
    except NoSound as trouble:
        raise RuleBroken(_("Berkas ini bukan rekaman WAV atau MP3 yang utuh.")) from trouble
    if sound.seconds > longest(key):
        raise RuleBroken(
            _("Rekaman ini %(here)d detik; paling lama %(most)d detik.", here=round(sound.seconds), most=longest(key))
        )
    row = db.session.get(RecordedPrompt, (key, language)) or RecordedPrompt(key=key, language=language)
    row.content, row.content_type, row.seconds = content, sound.content_type, sound.seconds
    row.digest = hashlib.sha256(content).hexdigest()[:32]
    row.uploaded_at, row.uploaded_by = now, by
    db.session.add(row)
    db.session.flush()
    record(by, "prompt.record", "recorded_prompt", None, now, key=key, what=language, digest=row.digest)


def delete_prompt(key: str, language: str, by: uuid.UUID, now: datetime) -> None:
    """The sentence is read out again. Nothing happens when it has no recording."""
    _must_be_there(key, language)
    row = db.session.get(RecordedPrompt, (key, language))
    if row is not None:
        db.session.delete(row)
        db.session.flush()
        record(by, "prompt.delete", "recorded_prompt", None, now, key=key, what=language)


def _must_be_there(key: str, language: str) -> None:
    known = (key in sentences() and language in VOICES) or (key == MUSIC and language == Language.INDONESIAN)
    if not known:
        raise NotFound
