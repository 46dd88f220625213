"""She chooses the language in which she wants to be spoken to, and is greeted in it from now on."""

from __future__ import annotations

from datetime import datetime

from tesa.cases.actions.note_language import note_language
from tesa.core.vault import KeysAway
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.intake.queries import number_of
from tesa.intake.rules.words import Language


def choose_language(contact: Contact, language: Language, now: datetime) -> None:
    """Keep `language` with `contact` (locked) and, when that is clear, with the person who uses the number."""
    if contact.language == language:
        return
    contact.language = language
    log_event(contact.id, "language", now, detail=language)
    try:
        number = number_of(contact)
        if number is not None:
            note_language(number, language)
    except KeysAway:
        return  # her next call is greeted after this contact
