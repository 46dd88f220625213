"""Whether and how a person may be reached. What nobody asked is unknown, and unknown is not yes.

`refusal` is the one rule that everything asks that calls or writes to a caller, in the moment it calls or writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

STALE_AFTER = timedelta(days=14)
LIVE_FOR = timedelta(hours=4)
"""How long after her last word the phone is taken to be in her own hands."""


class Answer(StrEnum):
    """What she said."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class How(StrEnum):
    """The ways in which we reach somebody."""

    CALL = "call"
    MESSAGE = "message"


class Why(StrEnum):
    """Why she must not be reached now."""

    SHE_SAID_STOP = "stop"
    SHE_SAID_NO = "no"
    NOBODY_ASKED = "unknown"
    NOT_AT_THIS_HOUR = "hour"


@dataclass(frozen=True)
class Hours:
    """From when until when she may be reached, by the clock of the hotline's town; `since` > `until`: over midnight."""

    since: time
    until: time

    def hold(self, at: time) -> bool:
        """Is `at` one of these hours? The last minute is out; the same time twice means the whole day."""
        if self.since < self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


def hours_of(since: int | None, until: int | None) -> Hours | None:
    """The hours between two minutes of the day; None when either is missing."""
    if since is None or until is None:
        return None
    return Hours(time(since // 60, since % 60), time(until // 60, until % 60))


def minute(at: time) -> int:
    """The minute of the day."""
    return at.hour * 60 + at.minute


@dataclass(frozen=True)
class SafeAnswers:
    """What she said about being reached. `hours` and `code_word` are her words; `between` is what a rule can read."""

    to_call: Answer = Answer.UNKNOWN
    to_message: Answer = Answer.UNKNOWN
    hours: str = field(default="", repr=False)
    code_word: str = field(default="", repr=False)
    between: Hours | None = None


@dataclass(frozen=True)
class Plan:
    """What holds for a number: the strictest answers of all who use it, and everybody's hours."""

    to_call: Answer = Answer.UNKNOWN
    to_message: Answer = Answer.UNKNOWN
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class Occasion:
    """What she herself did in the contact for which she is to be reached.

    `heard_at`: her last word or call. `said`: her answer in it to "is it safe to call this number?". `stopped_at`: when
    she last told this number's conversation to stop.
    """

    heard_at: datetime
    said: Answer = Answer.UNKNOWN
    stopped_at: datetime | None = None


def strictest(answers: Iterable[Answer | str]) -> Answer:
    """What holds for a number that several people use: any no wins, then any yes."""
    given = {Answer(a) for a in answers}
    for answer in (Answer.NO, Answer.YES):
        if answer in given:
            return answer
    return Answer.UNKNOWN


def refusal(how: How, plan: Plan, occasion: Occasion, now: datetime, local: time) -> Why | None:
    """Why she must not be reached in this way now; None: she may be. `local` is `now` on the town's clock.

    - STOP stands above all, until she writes or calls again herself.
    - A no, in the plan or in this contact, is a no at every hour.
    - Within LIVE_FOR of her own last word a reply by message is safe unless somebody said no: she has the phone in her
      hand and waits for the answer. A call rings for the whole room: it needs a yes all the same, but a yes she gave
      within this contact and time needs no hours.
    - Otherwise only a yes of the plan (for calls: or of this contact) counts, and only within its hours.
    """
    if occasion.stopped_at is not None and occasion.stopped_at >= occasion.heard_at:
        return Why.SHE_SAID_STOP
    planned = plan.to_call if how is How.CALL else plan.to_message
    said = occasion.said if how is How.CALL else Answer.UNKNOWN
    if Answer.NO in (planned, said):
        return Why.SHE_SAID_NO
    live = now - occasion.heard_at < LIVE_FOR
    if live and (how is How.MESSAGE or said is Answer.YES):
        return None
    if Answer.YES not in (planned, said):
        return Why.NOBODY_ASKED
    return None if all(hours.hold(local) for hours in plan.hours) else Why.NOT_AT_THIS_HOUR


def stale(asked_at: datetime | None, now: datetime) -> bool:
    """Is it time to ask again? True as well when nobody ever asked."""
    return asked_at is None or now - asked_at >= STALE_AFTER
