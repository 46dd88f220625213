"""How fast callers were answered, counted from the webhook. Pure.

Every call is counted once, in the period in which it came in, with one fate. It is answered when somebody accepts it
for the first time: what happens afterwards (it is handed over, the line breaks off and is mended) changes nothing. An
acceptance that led nowhere does not count, the next one does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORT = timedelta(seconds=5)  # whoever hangs up before that had dialled by mistake: counted apart
LEVELS = (15, 20)  # seconds within which callers are to be answered


class Fate(StrEnum):
    """What became of one call."""

    ANSWERED = "answered"
    WAITING = "waiting"
    SHORT = "short"  # hung up before SHORT
    HUNG_UP = "hung_up"
    CHOSE = "chose"  # chose a call back, or to leave a message
    DIRECT = "direct"  # led straight to the duty phones, because TeSA could not serve it: who answered is not known
    BLOCKED = "blocked"  # not put through


@dataclass(frozen=True)
class Call:
    """One call. `left`: why she left without an answer (hung_up, asked, message, direct, blocked); None: she did not."""

    came_at: datetime
    answered_at: datetime | None = None
    left_at: datetime | None = None
    left: str | None = None
    promised: bool = False  # a call back is owed, or was kept


@dataclass(frozen=True)
class Level:
    """`of` calls that count, `within` of them answered in `seconds`."""

    seconds: int
    within: int
    of: int

    @property
    def share(self) -> float | None:
        """As a share of 1; None when no call counts."""
        return self.within / self.of if self.of else None


@dataclass(frozen=True)
class Figures:
    """One period. Times in seconds, None when nobody was answered."""

    came: int
    answered: int
    waiting: int
    short: int
    hung_up: int
    chose: int
    direct: int
    blocked: int
    lost: int  # hung up (not short) and nobody can call her back
    levels: tuple[Level, ...]
    average: float | None
    longest: float | None

    @property
    def counted(self) -> int:
        """The calls of whom hang-ups are a share: all but those that were short, blocked or still wait."""
        return self.answered + self.hung_up + self.chose + self.direct


def fate(call: Call) -> Fate:
    """What became of it."""
    if call.answered_at is not None:
        return Fate.ANSWERED
    if call.left is None:
        return Fate.WAITING
    if call.left in ("direct", "blocked"):
        return Fate(call.left)
    if call.left != "hung_up":
        return Fate.CHOSE
    waited = (call.left_at or call.came_at) - call.came_at
    return Fate.SHORT if waited < SHORT else Fate.HUNG_UP


def level(calls: Iterable[Call], seconds: int, now: datetime) -> Level:
    """How many of `calls` were answered in `seconds`, of those of which it is known.

    Not of it: short hang-ups, blocked calls, and whoever still waits and has not waited that long. Whoever waits
    longer, hung up, or chose a call back was not answered in time. Whoever was led to the duty phones: not known.
    """
    within = of = 0
    for call in calls:
        match fate(call):
            case Fate.ANSWERED:
                of += 1
                within += _waited(call) <= seconds
            case Fate.WAITING:
                of += (now - call.came_at).total_seconds() > seconds
            case Fate.HUNG_UP | Fate.CHOSE:
                of += 1
            case Fate.SHORT | Fate.DIRECT | Fate.BLOCKED:
                pass
    return Level(seconds, within, of)


def figures(calls: Iterable[Call], start: datetime, now: datetime) -> Figures:
    """The figures of the calls that came in at or after `start` and not after `now`."""
    counted = [call for call in calls if start <= call.came_at <= now]
    by_fate = {each: [c for c in counted if fate(c) is each] for each in Fate}
    waits = [_waited(call) for call in by_fate[Fate.ANSWERED]]
    return Figures(
        came=len(counted),
        answered=len(waits),
        waiting=len(by_fate[Fate.WAITING]),
        short=len(by_fate[Fate.SHORT]),
        hung_up=len(by_fate[Fate.HUNG_UP]),
        chose=len(by_fate[Fate.CHOSE]),
        direct=len(by_fate[Fate.DIRECT]),
        blocked=len(by_fate[Fate.BLOCKED]),
        lost=sum(not call.promised for call in by_fate[Fate.HUNG_UP]),
        levels=tuple(level(counted, seconds, now) for seconds in LEVELS),
        average=sum(waits) / len(waits) if waits else None,
        longest=max(waits, default=None),
    )


def _waited(call: Call) -> float:
    """Seconds until she was answered."""
    return ((call.answered_at or call.came_at) - call.came_at).total_seconds()


@dataclass(frozen=True)
class Promise:
    """One promise to call back: made, first to be kept by `due_at`, closed."""

    made_at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """Promises of a period: kept in time of those of which it is known, and how many are overdue now."""

    made: int
    in_time: int
    of: int
    overdue: int


def kept(promises: Iterable[Promise], start: datetime, now: datetime) -> Kept:
    """How many of the promises made at or after `start` were closed in time; one that is not due yet is not known."""
    counted = [p for p in promises if start <= p.made_at <= now]
    in_time = sum(p.done_at is not None and p.done_at <= p.due_at for p in counted)
    known = sum(p.done_at is not None or p.due_at < now for p in counted)
    return Kept(len(counted), in_time, known, sum(p.done_at is None and p.due_at < now for p in counted))


def shift_start(starts: Iterable[datetime], now: datetime) -> datetime | None:
    """When the present shift began: the last time at which somebody of the first line now on duty came on; None
    when nobody is.
    """
    return max((start for start in starts if start <= now), default=None)
