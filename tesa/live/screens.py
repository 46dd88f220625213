"""What the live page shows, put together from the slices below. Staff by e-mail address; of callers ids and times."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tesa.accounts.public import emails
from tesa.intake import board as intake
from tesa.live.rules.figures import Call, Figures, Kept, Promise, figures, kept, shift_start
from tesa.outreach.public import FieldRow, field_now
from tesa.psychologists.public import DutyRow, duty_board

FIRST = 1
VOICE = "voice"
LATE, VERY_LATE = 20, 60  # seconds a caller waits before the page turns amber, and red
TEXT_LATE, TEXT_VERY_LATE = 120, 240  # the same of a text


@dataclass(frozen=True)
class Period:
    """Figures of today (`shift` False) or of the present shift, counted from `start`."""

    shift: bool
    start: datetime
    calls: Figures
    promises: Kept


@dataclass(frozen=True)
class Board:
    """The line as it is at one instant."""

    people: tuple[DutyRow, ...]
    waiting: tuple[intake.Waiting, ...]
    texts: tuple[intake.Waiting, ...]
    talks: tuple[intake.Talk, ...]
    written: tuple[intake.Talk, ...]
    owed: tuple[intake.Owed, ...]
    field: tuple[FieldRow, ...]
    periods: tuple[Period, ...]
    names: dict[uuid.UUID, str]
    breaches: tuple[str, ...]  # what is late, each under a name of its own: the page sounds once for each

    @property
    def longest(self) -> datetime | None:
        """Since when the longest waiting caller waits."""
        return min((row.since for row in self.waiting), default=None)

    @property
    def version(self) -> str:
        """Changes with everything that is shown, but for the timers, which the page lets run by itself."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def name(self, account_id: uuid.UUID | None) -> str:
        """A member of staff, as others know her."""
        return self.names.get(account_id, "") if account_id else ""


def board(now: datetime, zone: ZoneInfo) -> Board:
    """Everything on the live page at `now`. A fixed number of statements, however many wait; nothing is unsealed."""
    people, owed, field = duty_board(now), intake.owed_now(), field_now()
    waiting, talks = intake.waiting_now(), intake.talks_now()
    return Board(
        people=people,
        waiting=tuple(row for row in waiting if row.channel == VOICE),
        texts=tuple(row for row in waiting if row.channel != VOICE),
        talks=tuple(row for row in talks if row.channel == VOICE),
        written=tuple(row for row in talks if row.channel != VOICE),
        owed=tuple(owed),
        field=tuple(field),
        periods=tuple(_periods(people, now, zone)),
        names=_names(people, waiting, talks, owed, field),
        breaches=tuple(_breaches(people, waiting, talks, owed, now)),
    )


def _periods(people: Iterable[DutyRow], now: datetime, zone: ZoneInfo) -> Iterable[Period]:
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    shift = shift_start([p.starts_at for p in people if p.line == "hotline" and p.tier == FIRST], now)
    first = min(midnight, shift or midnight)
    calls = [Call(*row) for row in intake.calls_since(first)]
    promises = [Promise(*row) for row in intake.promises_since(first)]
    for start in (midnight, shift):
        if start is not None:
            yield Period(start is shift, start, figures(calls, start, now), kept(promises, start, now))


def _names(
    people: Iterable[DutyRow], waiting: Iterable[intake.Waiting], talks: Iterable[intake.Talk],
    owed: Iterable[intake.Owed], field: Iterable[FieldRow],
) -> dict[uuid.UUID, str]:  # fmt: skip
    known = {person.account_id: person.email for person in people}
    others = {asked.account_id for row in waiting for asked in row.asked}
    others |= (
        {talk.account_id for talk in talks} | {row.assigned_id for row in owed} | {row.account_id for row in field}
    )
    return known | emails(person for person in others if person is not None and person not in known)


def _breaches(
    people: Iterable[DutyRow], waiting: Iterable[intake.Waiting], talks: Iterable[intake.Talk],
    owed: Iterable[intake.Owed], now: datetime,
) -> Iterable[str]:  # fmt: skip
    if not any(p.line == "hotline" and p.tier == FIRST for p in people):
        yield "nobody"
    for row in waiting:
        limit = VERY_LATE if row.channel == VOICE else TEXT_VERY_LATE
        if now - row.since > timedelta(seconds=limit):
            yield f"waiting-{row.id}"
    for talk in talks:
        if talk.unanswered_since and now - talk.unanswered_since > timedelta(seconds=TEXT_VERY_LATE):
            yield f"text-{talk.id}"
    for promise in owed:
        if promise.due_at < now:
            yield f"owed-{promise.contact_id}"
