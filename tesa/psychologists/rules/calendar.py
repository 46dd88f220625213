"""Days and weeks of the place where the hotline is, and the way from its clocks to instants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tesa.psychologists.rules.rota import Stretch, gaps


@dataclass(frozen=True)
class Day:
    """One calendar day [starts_at, ends_at), from midnight to midnight by the local clock: 23, 24 or 25 hours."""

    date: date
    starts_at: datetime
    ends_at: datetime

    @property
    def stretch(self) -> Stretch:
        """The day as a piece of time."""
        return Stretch(self.starts_at, self.ends_at)


def monday_of(day: date) -> date:
    """The Monday of the week that `day` lies in."""
    return day - timedelta(days=day.weekday())


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The date on the wall at `moment`."""
    return moment.astimezone(zone).date()


def days(first: date, count: int, zone: ZoneInfo) -> list[Day]:
    """`count` days from `first` on."""
    midnights = [_midnight(first + timedelta(days=n), zone) for n in range(count + 1)]
    return [Day(first + timedelta(days=n), midnights[n], midnights[n + 1]) for n in range(count)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def from_wall(shown: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant at which a clock in `zone` shows `shown` (naive); None when it never does, or does so twice."""
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    exists = first.astimezone(zone).replace(tzinfo=None) == shown
    return first if exists and first == second else None


@dataclass(frozen=True)
class Bar:
    """A piece of a day for drawing: where it begins and how long it is, in thousandths of the day."""

    x: int
    width: int


@dataclass(frozen=True)
class Cover:
    """How a day is covered: bars of what is and what is not, and the gaps themselves for words."""

    covered: tuple[Bar, ...]
    open: tuple[Bar, ...]
    gaps: tuple[Stretch, ...]

    @property
    def is_empty(self) -> bool:
        """Is nobody on all day?"""
        return not self.covered


def cover(day: Day, shifts: Iterable[Stretch]) -> Cover:
    """How `shifts` cover `day`."""
    holes = gaps(shifts, day.starts_at, day.ends_at)
    filled = gaps(holes, day.starts_at, day.ends_at)
    return Cover(tuple(_bar(day, s) for s in filled), tuple(_bar(day, s) for s in holes), tuple(holes))


def _bar(day: Day, stretch: Stretch) -> Bar:
    whole = day.ends_at - day.starts_at
    begins = round(1000 * ((stretch.starts_at - day.starts_at) / whole))
    return Bar(begins, max(1, round(1000 * ((stretch.ends_at - day.starts_at) / whole)) - begins))
