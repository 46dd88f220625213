"""Somebody has chosen a language on the telephone: the person who uses the number is greeted in it next time."""

from __future__ import annotations

import uuid

from sqlalchemy import update

from tesa.cases.models import Person
from tesa.cases.queries import people_of_number
from tesa.core.db import db


def note_language(e164: str, language: str) -> None:
    """Keep `language` (id, en, su, jv) for whoever uses this number; nothing when several or nobody known do."""
    people = people_of_number(e164)
    if len(people) == 1:
        note_language_of(people[0], language)


def note_language_of(person_id: uuid.UUID, language: str) -> None:
    """Keep `language` for one person."""
    db.session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(language=language)
        .execution_options(synchronize_session="fetch")
    )
