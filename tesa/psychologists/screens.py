"""The rota as its pages show it: a week of people and days, one person's shifts, who may be chosen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tesa.accounts.public import Role, StaffMember, staff, with_role
from tesa.psychologists import queries
from tesa.psychologists.queries import Shift
from tesa.psychologists.rules.calendar import Cover, Day, cover, days, local_date, monday_of
from tesa.psychologists.rules.rota import Line, Stretch, Tier, usual_line

ROLES = (Role.PSYCHOLOGIST, Role.COORDINATOR, Role.OUTREACH)
WEEKS_AHEAD = 8


@dataclass(frozen=True)
class Piece:
    """An assignment in the cell of one day. `follows` and `goes_on`: it began before or ends after that day."""

    shift: Shift
    person: str
    follows: bool
    goes_on: bool
    over: bool


@dataclass(frozen=True)
class PersonRow:
    """One person's week: a cell for each day, and her hours within it."""

    account_id: uuid.UUID
    name: str
    active: bool
    cells: tuple[tuple[Piece, ...], ...]
    hours: float


@dataclass(frozen=True)
class Lane:
    """How one tier (or the whole of outreach) is covered on each day. `needed`: a gap in it is an alarm."""

    line: str
    tier: int | None
    needed: bool
    days: tuple[Cover, ...]


@dataclass(frozen=True)
class Week:
    """Seven days from Monday."""

    days: tuple[Day, ...]
    today: date
    lanes: tuple[Lane, ...]
    people: tuple[tuple[str, tuple[PersonRow, ...]], ...]  # by line
    shifts: tuple[tuple[Piece, ...], ...]  # of each day, by start

    def has_gap(self, number: int) -> bool:
        """Is a needed lane open on the day with this number (from 0)?"""
        return any(lane.needed and lane.days[number].gaps for lane in self.lanes)

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.days[0].date - timedelta(days=7)

    @property
    def after(self) -> date:
        """The Monday after."""
        return self.days[0].date + timedelta(days=7)


def week_of(day: date, now: datetime, zone: ZoneInfo) -> Week:
    """The week that `day` lies in, with everybody who is on the staff of the rota or on the rota of that week."""
    seven = days(monday_of(day), 7, zone)
    shifts = queries.shifts(seven[0].starts_at, seven[-1].ends_at)
    people = _people(shifts)
    return Week(
        days=tuple(seven),
        today=local_date(now, zone),
        lanes=tuple(_lanes(seven, shifts, people)),
        people=tuple((line, _rows(line, seven, shifts, people, now)) for line in Line),
        shifts=tuple(_pieces(day, shifts, people, now) for day in seven),
    )


def _people(shifts: Iterable[Shift]) -> dict[uuid.UUID, StaffMember]:
    """Everybody who may be on the rota, and whoever else is (no longer active, say)."""
    members = {person.id: person for person in choosable()}
    return members | staff({shift.account_id for shift in shifts} - set(members))


def choosable() -> list[StaffMember]:
    """Whom a coordinator may put on the rota, by name."""
    members = {person.id: person for role in ROLES for person in with_role(role)}
    return sorted(members.values(), key=lambda person: (person.name.casefold(), person.email))


def _lanes(seven: Sequence[Day], shifts: Sequence[Shift], people: dict[uuid.UUID, StaffMember]) -> Iterable[Lane]:
    """Inactive people cover nothing: nobody would ring them."""
    counted = [s for s in shifts if people[s.account_id].active]
    for line, tier in (*((Line.HOTLINE, tier) for tier in Tier.ALL), (Line.OUTREACH, None)):
        on = [s.stretch for s in counted if s.line == line and tier in (None, s.tier)]
        needed = tier in (None, Tier.FIRST)
        yield Lane(line, tier, needed, tuple(cover(day, on) for day in seven))


def _rows(
    line: str, seven: Sequence[Day], shifts: Sequence[Shift], people: dict[uuid.UUID, StaffMember], now: datetime
) -> tuple[PersonRow, ...]:
    """Rows of a line: whoever belongs there by role, and whoever is on it in this week."""
    on_line = {s.account_id for s in shifts if s.line == line}
    rows = []
    for person in people.values():
        if person.id in on_line or (person.active and usual_line(person.roles) == line):
            hers = [s for s in shifts if s.account_id == person.id and s.line == line]
            cells = tuple(_pieces(day, hers, people, now) for day in seven)
            rows.append(PersonRow(person.id, person.name, person.active, cells, _hours(hers, seven)))
    return tuple(sorted(rows, key=lambda row: row.name.casefold()))


def _pieces(
    day: Day, shifts: Iterable[Shift], people: dict[uuid.UUID, StaffMember], now: datetime
) -> tuple[Piece, ...]:
    return tuple(
        Piece(
            shift=shift,
            person=people[shift.account_id].name,
            follows=shift.starts_at < day.starts_at,
            goes_on=shift.ends_at > day.ends_at,
            over=shift.ends_at <= now,
        )
        for shift in shifts
        if shift.stretch.meets(day.stretch)
    )


def _hours(shifts: Iterable[Shift], seven: Sequence[Day]) -> float:
    """Hours within the week."""
    whole = Stretch(seven[0].starts_at, seven[-1].ends_at)
    lengths = (min(s.ends_at, whole.ends_at) - max(s.starts_at, whole.starts_at) for s in shifts)
    return round(sum((length.total_seconds() for length in lengths), 0.0) / 3600, 1)


def shifts_ahead(account_id: uuid.UUID, now: datetime) -> list[Shift]:
    """One person's running and coming shifts of the next weeks."""
    return queries.shifts(now, now + timedelta(weeks=WEEKS_AHEAD), [account_id])
