"""The ladder of a promise, and when she is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tesa.cases.rules.safe_contact import Hours
from tesa.intake.rules import files, promises

ZONE = ZoneInfo("Asia/Jakarta")
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10.00 there


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


def test_the_ladder_has_the_published_ages() -> None:
    assert [(r.at, r.who) for r in promises.LADDER] == [
        (minutes(0), "best"), (minutes(5), "next"), (minutes(10), "back_up"), (minutes(15), "coordinator"),
        (minutes(30), "director"),
    ]  # fmt: skip
    assert promises.rung(promises.ASSIGNS_FROM).at == minutes(5), "one person answers for it"
    assert promises.due_at(5, START) == START + minutes(60), "and again every half-hour"


def test_a_worker_that_was_away_does_not_climb_rung_after_rung() -> None:
    assert promises.next_step(0, START, START + minutes(1)) == (1, START + minutes(5))
    assert promises.next_step(0, START, START + minutes(12)) == (2, START + minutes(12) + timedelta(seconds=1))
    assert promises.next_step(0, START, START + minutes(100)) == (6, START + minutes(100) + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("now", "hours", "then"),
    [
        (at(10), [], at(10)),
        (at(10), [Hours(time(9), time(11))], at(10)),
        (at(8), [Hours(time(9), time(11))], at(9)),
        (at(12), [Hours(time(9), time(11))], at(9, day=25)),
        (at(12), [Hours(time(22), time(2))], at(22)),
        (at(1), [Hours(time(22), time(2))], at(1)),
        (at(8), [Hours(time(9), time(12)), Hours(time(11), time(14))], at(11)),
        (at(8), [Hours(time(9), time(10)), Hours(time(11), time(12))], None),
    ],
)
def test_she_is_tried_in_everybodys_hours(now: datetime, hours: list[Hours], then: datetime | None) -> None:
    assert promises.safe_from(now, hours, ZONE) == then


def test_tries_come_further_and_further_apart() -> None:
    waits = [promises.try_again_at(n, at(10), [], ZONE) - at(10) for n in range(1, 7)]
    assert waits == [minutes(15), minutes(60), minutes(240), minutes(720), minutes(720), minutes(720)]


def test_a_file_is_asked_for_again_and_after_a_day_a_person_looks() -> None:
    waits = [files.next_try(n, START, START) - START for n in range(1, 10)]
    assert [w.total_seconds() for w in waits] == [2, 5, 15, 60, 300, 900, 3600, 3600, 3600]
    assert files.next_try(30, START, START + timedelta(hours=24)) is None
