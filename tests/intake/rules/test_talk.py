"""Who is in a talk, and what follows from it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations

import pytest

from tesa.intake.rules import talk
from tesa.intake.rules.talk import LegState

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)


@dataclass
class Leg:
    kind: str
    state: str = "joined"
    on_hold: bool = False
    muted: bool = False
    coaching: bool = False
    stepped_out_at: datetime | None = None
    account_id: uuid.UUID | None = None
    asked_by: uuid.UUID | None = None


CLIENT, HELD, HERS = Leg("client"), Leg("client", on_hold=True), Leg("psychologist")
AT_KEYS = Leg("psychologist", stepped_out_at=NOW)


@pytest.mark.parametrize(
    ("legs", "music"),
    [
        ([CLIENT, HERS], False),
        ([HELD, HERS], True),
        ([CLIENT, AT_KEYS], True),
        ([CLIENT, AT_KEYS, Leg("transfer")], False),
        ([CLIENT, AT_KEYS, Leg("transfer", "ringing")], True),
        ([CLIENT, AT_KEYS, Leg("third")], True),
        ([CLIENT, AT_KEYS, Leg("supervisor", muted=True)], True),
        ([CLIENT, AT_KEYS, Leg("supervisor", coaching=True)], True),
        ([CLIENT, AT_KEYS, Leg("supervisor")], False),
        ([CLIENT, Leg("psychologist", "left")], True),
    ],
)
def test_the_client_hears_music_whenever_none_of_us_is_with_her(legs: list[Leg], music: bool) -> None:
    assert talk.client_hears_music(legs) is music


def test_all_orders_of_a_lines_reports_end_the_same() -> None:
    ends = set()
    for order in permutations(("initiated", "ringing", "in-progress", "completed", "completed")):
        state = LegState.ASKED
        for status in order:
            told = talk.state_of_status(status, answered_is_joined=True)
            if told is not None and talk.goes_forward(state, told):
                state = told
        ends.add(state)
    assert ends == {LegState.LEFT}


@pytest.mark.parametrize(
    ("digits", "fit"), [("12#", True), ("*9", True), ("", False), ("1a", False), ("1" * 21, False)]
)
def test_what_may_be_pressed(digits: str, fit: bool) -> None:
    assert talk.dialable(digits) is fit


@pytest.mark.parametrize("status", ["", "paused", "COMPLETED"])
def test_an_unknown_word_says_nothing(status: str) -> None:
    assert talk.state_of_status(status, answered_is_joined=True) is None


def test_ways_of_listening() -> None:
    legs = (Leg("supervisor", muted=True), Leg("supervisor", coaching=True), Leg("supervisor"))
    assert [talk.way_of_listening(leg) for leg in legs] == ["listens", "whispers", "speaks"]
