"""What intake knows of a number before anybody has spoken with her, for those who want to know who would ring."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from tesa.core.vault import KeysAway
from tesa.intake.callers import known_of
from tesa.intake.flags import is_turned_away
from tesa.intake.rules.priority import is_critical
from tesa.intake.wishes import knows_number, languages_of


@dataclass(frozen=True)
class NumberNeeds:
    """What routing would take from a number. `away`: it is blocked and would not be put through."""

    wish_woman: bool
    languages: frozenset[str]
    preferred: uuid.UUID | None
    excluded: frozenset[uuid.UUID]
    critical: bool
    away: bool


def needs_of_number(number: str | None, now: datetime) -> NumberNeeds:
    """What the ladder would ask for, for a call of this number (E.164; None: withheld)."""
    known = known_of(number, now)
    try:
        preferred = known.first_to_ring or (knows_number(number, now) if number else None)
    except KeysAway:
        preferred = None
    return NumberNeeds(
        wish_woman=known.wish_woman,
        languages=languages_of(known.language),
        preferred=preferred,
        excluded=known.kept_away,
        critical=is_critical(known.emergency, None, known.severity),
        away=is_turned_away(number, now, known.emergency),
    )
