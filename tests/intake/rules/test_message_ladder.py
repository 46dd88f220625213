"""The message ladder's minutes and the room of a psychologist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.intake.rules import message_ladder
from tesa.intake.rules.message_ladder import Deed

T0 = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)


def test_the_published_minutes() -> None:
    minutes = [(message_ladder.due_at(step, False, T0) - T0) / timedelta(minutes=1) for step in range(8)]
    assert minutes == [0, 2, 4, 8, 12, 20, 30, 40]


def test_what_is_done_when() -> None:
    deeds = [message_ladder.rung(step, False).deed for step in range(7)]
    assert deeds == [
        Deed.ASSIGN, Deed.REMIND, Deed.REASSIGN, Deed.BACK_UP, Deed.COORDINATORS, Deed.COORDINATORS, Deed.COORDINATORS,
    ]  # fmt: skip


def test_an_emergency_pages_everybody_after_4_seconds_and_coordinators_after_14() -> None:
    steps = [(message_ladder.rung(s, True).deed, message_ladder.rung(s, True).after.total_seconds()) for s in range(3)]
    assert steps == [(Deed.ASSIGN, 0), (Deed.PAGE_ALL, 4), (Deed.COORDINATORS, 14)]


@pytest.mark.parametrize(
    ("held", "on_call", "room"),
    [(0, False, True), (2, False, True), (3, False, False), (0, True, True), (1, True, False)],
)
def test_three_conversations_or_one_beside_a_call(held: int, on_call: bool, room: bool) -> None:
    assert message_ladder.has_room(held, on_call) is room
