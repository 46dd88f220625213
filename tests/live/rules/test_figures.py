"""Every call once, in the period in which it came in, with one fate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.live.rules.figures import Call, Fate, Promise, fate, figures, kept, shift_start

MIDNIGHT = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # 00.00 in Bekasi
NOW = MIDNIGHT + timedelta(hours=3)


def at(seconds: float) -> datetime:
    return MIDNIGHT + timedelta(seconds=seconds)


def answered(after: float, came: float = 60) -> Call:
    return Call(at(came), at(came + after))


def left(how: str, after: float, came: float = 60, *, promised: bool = True) -> Call:
    return Call(at(came), None, at(came + after), how, promised)


def waiting(since: float) -> Call:
    return Call(NOW - timedelta(seconds=since))


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (answered(7), Fate.ANSWERED),
        (answered(0), Fate.ANSWERED),
        (waiting(9), Fate.WAITING),
        (left("hung_up", 4.9), Fate.SHORT),
        (left("hung_up", 5), Fate.HUNG_UP),
        (left("asked", 2), Fate.CHOSE),
        (left("message", 80), Fate.CHOSE),
        (left("direct", 0), Fate.DIRECT),
        (left("blocked", 0), Fate.BLOCKED),
        (Call(at(0), at(9), at(300), "hung_up", True), Fate.ANSWERED),  # answered, and owed a call back afterwards
    ],
)
def test_fate(call: Call, expected: Fate) -> None:
    assert fate(call) is expected


@pytest.mark.parametrize(
    ("calls", "fifteen", "twenty"),
    [
        ([], (0, 0), (0, 0)),
        ([answered(15)], (1, 1), (1, 1)),
        ([answered(15.1)], (0, 1), (1, 1)),
        ([answered(20), answered(20.1)], (0, 2), (1, 2)),
        ([answered(3), left("hung_up", 4)], (1, 1), (1, 1)),  # a short hang-up is of nothing
        ([answered(3), left("hung_up", 6)], (1, 2), (1, 2)),
        ([answered(3), left("asked", 80)], (1, 2), (1, 2)),
        ([answered(3), left("blocked", 0), left("direct", 0)], (1, 1), (1, 1)),
        ([waiting(14)], (0, 0), (0, 0)),  # not known yet
        ([waiting(18)], (0, 1), (0, 0)),
        ([waiting(25)], (0, 1), (0, 1)),
    ],
)
def test_levels(calls: list[Call], fifteen: tuple[int, int], twenty: tuple[int, int]) -> None:
    found = figures(calls, MIDNIGHT, NOW).levels
    assert [(level.within, level.of) for level in found] == [fifteen, twenty]
    assert [level.share for level in found] == [w / of if of else None for w, of in (fifteen, twenty)]


def test_each_call_is_counted_once() -> None:
    calls = [
        answered(3), answered(40), waiting(30), left("hung_up", 2), left("hung_up", 9, promised=False),
        left("hung_up", 9), left("asked", 5), left("message", 80), left("direct", 0), left("blocked", 0),
    ]  # fmt: skip
    f = figures(calls, MIDNIGHT, NOW)
    parts = f.answered + f.waiting + f.short + f.hung_up + f.chose + f.direct + f.blocked
    assert (f.came, parts) == (len(calls), len(calls))
    assert (f.hung_up, f.lost, f.short, f.counted) == (2, 1, 1, 7)
    assert (f.average, f.longest) == (21.5, 40)


@pytest.mark.parametrize(
    ("came", "counted"),
    [(-0.001, 0), (0, 1), (1, 1), (3 * 3600, 1), (3 * 3600 + 1, 0)],
)
def test_the_period_is_that_in_which_it_came_in(came: float, counted: int) -> None:
    """A call that came in before midnight and is answered after it belongs to yesterday, and to no other day."""
    f = figures([answered(30, came)], MIDNIGHT, NOW)
    assert f.came == counted
    assert figures([answered(30, -10)], MIDNIGHT - timedelta(days=1), MIDNIGHT - timedelta(seconds=1)).came == 1


def test_no_data_is_none_and_not_zero() -> None:
    f = figures([left("hung_up", 1), waiting(3)], MIDNIGHT, NOW)
    assert (f.average, f.longest, [level.share for level in f.levels]) == (None, None, [None, None])


@pytest.mark.parametrize(
    ("promise", "made", "in_time", "of", "overdue"),
    [
        (Promise(at(0), at(300), at(300)), 1, 1, 1, 0),
        (Promise(at(0), at(300), at(301)), 1, 0, 1, 0),
        (Promise(at(0), at(300), None), 1, 0, 1, 1),
        (Promise(NOW, NOW + timedelta(minutes=5), None), 1, 0, 0, 0),
        (Promise(NOW, NOW + timedelta(minutes=5), NOW), 1, 1, 1, 0),
        (Promise(at(-1), at(300), None), 0, 0, 0, 0),
    ],
)
def test_promises(promise: Promise, made: int, in_time: int, of: int, overdue: int) -> None:
    found = kept([promise], MIDNIGHT, NOW)
    assert (found.made, found.in_time, found.of, found.overdue) == (made, in_time, of, overdue)


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ([], None),
        ([at(0)], at(0)),
        ([at(-3600), at(0)], at(0)),
        ([at(0), NOW + timedelta(hours=1)], at(0)),
        ([NOW], NOW),
    ],
)
def test_the_present_shift(starts: list[datetime], expected: datetime | None) -> None:
    assert shift_start(starts, NOW) == expected
