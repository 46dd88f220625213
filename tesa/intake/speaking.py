"""How a sentence is let be heard: its recording where an administrator has uploaded one, else read out.

One read by primary key for each sentence; nothing is kept in memory, so that all processes play the same.
"""

from __future__ import annotations

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake.models import RecordedPrompt
from tesa.intake.prompts import Sentence
from tesa.intake.rules.words import Language, spoken_in
from tesa.telephony.inbound import settings
from tesa.telephony.plans import Pause, Play, Say

MUSIC = "waiting_music"
"""The key of the recording that is played between the sentences; it has no words and is the same in all languages."""
VOICES = {"id": "id-ID", "en": "en-US"}


def say(sentence: str, language: str | None = None) -> Say | Play:
    """`sentence` (of `prompts`) for somebody who asked for `language` (id, en, su, jv, or None: nobody asked)."""
    spoken = spoken_in(language)
    if not isinstance(sentence, Sentence):
        return Say(sentence)
    return _recording(sentence.key, spoken) or Say(sentence.words(spoken), VOICES[spoken])


def music(quiet: int) -> Play | Pause:
    """What is heard between two sentences: the uploaded music, else `quiet` seconds of silence."""
    return _recording(MUSIC, Language.INDONESIAN) or Pause(quiet)


def _recording(key: str, language: str) -> Play | None:
    digest = db.session.scalar(
        select(RecordedPrompt.digest).where(RecordedPrompt.key == key, RecordedPrompt.language == language)
    )
    return Play(address(key, language, digest)) if digest else None


def address(key: str, language: str, digest: str) -> str:
    """The public address of a recording. It changes with the content, so that it may be kept for ever."""
    return settings().url(f"/twilio/prompt/{key}-{language}-{digest}")
