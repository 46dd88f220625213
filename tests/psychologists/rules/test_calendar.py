"""Days by the local clock, also in the nights when it is changed."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.psychologists.rules.calendar import Bar, cover, days, from_wall, local_date, monday_of
from tesa.psychologists.rules.rota import Stretch

JAKARTA, LONDON = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    """A time on a clock, without a zone."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "monday"), [("2026-11-23", "2026-11-23"), ("2026-11-24", "2026-11-23"), ("2026-11-29", "2026-11-23")]
)
def test_weeks_begin_on_monday(day: str, monday: str) -> None:
    assert monday_of(date.fromisoformat(day)) == date.fromisoformat(monday)


@pytest.mark.parametrize(
    ("moment", "day"),
    [(datetime(2026, 11, 23, 16, 59, tzinfo=UTC), 23), (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), 24)],
)
def test_a_day_in_bekasi_begins_at_five_in_the_afternoon_in_utc(moment: datetime, day: int) -> None:
    assert local_date(moment, JAKARTA).day == day


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        (JAKARTA, date(2026, 11, 24), [24, 24]),
        (LONDON, date(2026, 3, 28), [24, 23, 24]),  # clocks go forward on the 29th
        (LONDON, date(2026, 10, 24), [24, 25, 24]),  # and back on 25 October
    ],
    ids=["Jakarta", "spring", "autumn"],
)
def test_days_adjoin_and_have_the_hours_of_their_clock(zone: ZoneInfo, first: date, hours: list[int]) -> None:
    found = days(first, len(hours), zone)
    assert [(d.ends_at - d.starts_at) / HOUR for d in found] == hours
    assert [d.ends_at for d in found[:-1]] == [d.starts_at for d in found[1:]]
    assert found[0].starts_at.astimezone(zone).replace(tzinfo=None) == datetime.combine(first, datetime.min.time())


@pytest.mark.parametrize(
    ("shown", "zone", "instant"),
    [
        ("2026-11-24T08:00", JAKARTA, datetime(2026, 11, 24, 1, tzinfo=UTC)),
        ("2026-07-01T08:00", LONDON, datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-03-29T00:59", LONDON, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T01:00", LONDON, None),  # this hour is left out
        ("2026-03-29T01:59", LONDON, None),
        ("2026-03-29T02:00", LONDON, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-10-25T00:59", LONDON, datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25T01:30", LONDON, None),  # this hour comes twice
        ("2026-10-25T02:00", LONDON, datetime(2026, 10, 25, 2, tzinfo=UTC)),
    ],
)
def test_the_time_on_the_wall_is_one_instant_or_none(shown: str, zone: ZoneInfo, instant: datetime | None) -> None:
    assert from_wall(wall(shown), zone) == instant


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m)),
    st.sampled_from([JAKARTA, LONDON]),
)
def test_there_and_back(moment: datetime, zone: ZoneInfo) -> None:
    back = from_wall(moment.astimezone(zone).replace(tzinfo=None), zone)
    assert back in (moment, None)
    assert back == moment or zone is LONDON


def test_a_day_is_drawn_in_thousandths() -> None:
    (day,) = days(date(2026, 11, 24), 1, JAKARTA)
    begins = day.starts_at
    shifts = [Stretch(begins - 5 * HOUR, begins + 6 * HOUR), Stretch(begins + 12 * HOUR, begins + 30 * HOUR)]
    drawn = cover(day, shifts)
    assert drawn.covered == (Bar(0, 250), Bar(500, 500))
    assert drawn.open == (Bar(250, 250),)
    assert drawn.gaps == (Stretch(begins + 6 * HOUR, begins + 12 * HOUR),)
    assert not drawn.is_empty
    assert cover(day, []).is_empty


def test_the_shortest_gap_can_be_seen() -> None:
    (day,) = days(date(2026, 11, 24), 1, JAKARTA)
    noon = day.starts_at + 12 * HOUR
    shifts = [Stretch(day.starts_at, noon), Stretch(noon + timedelta(seconds=1), day.ends_at)]
    assert [bar.width for bar in cover(day, shifts).open] == [1]


@given(
    st.lists(st.tuples(st.integers(-30, 30), st.integers(1, 48)), max_size=6),
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)]),
)
def test_bars_fill_the_day_without_overlap(shifts: list[tuple[int, int]], first: date) -> None:
    (day,) = days(first, 1, LONDON)
    drawn = cover(day, [Stretch(day.starts_at + a * HOUR, day.starts_at + (a + b) * HOUR) for a, b in shifts])
    bars = sorted([*drawn.covered, *drawn.open], key=lambda bar: bar.x)
    assert sum(bar.width for bar in bars) == 1000
    assert all(one.x + one.width == other.x for one, other in itertools.pairwise(bars))
