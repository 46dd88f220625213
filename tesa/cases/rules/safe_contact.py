"""Whether and how a person may be reached. What nobody asked is unknown, and unknown is not yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

STALE_AFTER = timedelta(days=14)


class Answer(StrEnum):
    """What she said."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SafeAnswers:
    """What she said about being reached. `hours` and `code_word` are her words."""

    to_call: Answer = Answer.UNKNOWN
    to_message: Answer = Answer.UNKNOWN
    hours: str = field(default="", repr=False)
    code_word: str = field(default="", repr=False)


def strictest(answers: Iterable[Answer | str]) -> Answer:
    """What holds for a number that several people use: any no wins, then any yes."""
    given = {Answer(a) for a in answers}
    for answer in (Answer.NO, Answer.YES):
        if answer in given:
            return answer
    return Answer.UNKNOWN


def stale(asked_at: datetime | None, now: datetime) -> bool:
    """Is it time to ask again? True as well when nobody ever asked."""
    return asked_at is None or now - asked_at >= STALE_AFTER
