"""Whom the static document rings, at each instant of a rota."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.continuity.rules.ringing import Duty, next_change, numbers

EIGHT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # the hand-over, 08.00 in Bekasi
MIN = timedelta(minutes=1)
SETTINGS = ("+6291", "+6292")


def duty(phone: str | None, tier: int = 1, start: int = -720, end: int = 720) -> Duty:
    """A duty whose minutes count from the hand-over."""
    return Duty(tier, EIGHT + start * MIN, EIGHT + end * MIN, phone)


NIGHT = [duty("+62n1", end=0), duty("+62n2", 2, end=0), duty("+62c", 3)]
DAY = [duty("+62d1", start=0), duty("+62d2", 2, start=0)]
ROTA = [*DAY, *NIGHT]


@pytest.mark.parametrize(
    ("minutes", "rung"),
    [
        (-300, ["n1", "n2", "c"]),  # nobody comes within four hours
        (-241, ["n1", "n2", "c"]),
        (-240, ["n1", "n2", "c", "d1", "d2"]),
        (-11, ["n1", "n2", "c", "d1", "d2"]),
        (-10, ["n1", "d1", "n2", "d2", "c"]),  # two intervals of the export: the relief right behind those on duty
        (-1, ["n1", "d1", "n2", "d2", "c"]),
        (0, ["d1", "d2", "c"]),
        (60, ["d1", "d2", "c"]),
    ],
)
def test_around_a_hand_over(minutes: int, rung: list[str]) -> None:
    assert numbers(ROTA, SETTINGS, EIGHT + minutes * MIN) == (*(f"+62{name}" for name in rung), *SETTINGS)


def test_an_empty_rota_rings_the_coordinators_and_with_none_nobody() -> None:
    assert numbers([], SETTINGS, EIGHT) == SETTINGS
    assert numbers([], (), EIGHT) == ()


def test_somebody_without_a_phone_and_the_same_number_twice() -> None:
    rota = [duty(None), duty("+62a", 2), duty("+6292", 3), duty("+62a", 1, start=5)]
    assert numbers(rota, SETTINGS, EIGHT) == ("+62a", "+6292", "+6291")


def test_more_than_ten_numbers_leave_two_places_for_the_coordinators() -> None:
    rota = [duty(f"+62{n:02d}") for n in range(12)] + [duty("+62late", start=60)]
    rung = numbers(rota, ("+6291", "+6292", "+6293"), EIGHT)
    assert rung == (*(f"+62{n:02d}" for n in range(8)), "+6291", "+6292")
    assert len(numbers(rota, (), EIGHT)) == 10


def test_the_next_instant_at_which_the_answer_may_differ() -> None:
    found: list[int] = []
    now = next_change(ROTA, EIGHT - 300 * MIN)
    while now is not None:
        found.append(round((now - EIGHT) / MIN))
        now = next_change(ROTA, now)
    assert found == [-240, -10, 0, 720]
