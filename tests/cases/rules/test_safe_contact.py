from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.cases.rules.safe_contact import (
    LIVE_FOR,
    Answer,
    Hours,
    How,
    Occasion,
    Plan,
    SafeAnswers,
    Why,
    refusal,
    stale,
    strictest,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TEN = time(10, 0)
LONG_AGO = NOW - timedelta(days=3)
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("answers", "holds"),
    [
        ([], "unknown"),
        (["unknown"], "unknown"),
        (["yes"], "yes"),
        (["unknown", "yes"], "yes"),
        (["yes", "no"], "no"),
        (["no", "unknown", "yes"], "no"),
    ],
)
def test_any_no_wins(answers: list[str], holds: str) -> None:
    assert strictest(answers) == holds


@pytest.mark.parametrize(
    ("asked", "old"),
    [
        (None, True),
        (NOW, False),
        (NOW - timedelta(days=14) + timedelta(seconds=1), False),
        (NOW - timedelta(days=14), True),
    ],
)
def test_a_plan_is_stale_after_14_days(asked: datetime | None, old: bool) -> None:
    assert stale(asked, NOW) is old


def test_nothing_is_known_before_she_is_asked_and_her_words_stay_out_of_repr() -> None:
    assert (SafeAnswers().to_call, SafeAnswers().to_message) == ("unknown", "unknown")
    assert "malam" not in repr(SafeAnswers(hours="malam", code_word="malam"))


@pytest.mark.parametrize(
    ("since", "until", "at", "holds"),
    [
        ("09:00", "15:00", "09:00", True),
        ("09:00", "15:00", "14:59", True),
        ("09:00", "15:00", "15:00", False),
        ("09:00", "15:00", "08:59", False),
        ("22:00", "05:00", "23:30", True),
        ("22:00", "05:00", "04:59", True),
        ("22:00", "05:00", "05:00", False),
        ("22:00", "05:00", "12:00", False),
        ("00:00", "00:00", "12:00", True),
    ],
)
def test_hours(since: str, until: str, at: str, holds: bool) -> None:
    assert Hours(time.fromisoformat(since), time.fromisoformat(until)).hold(time.fromisoformat(at)) is holds


@pytest.mark.parametrize(
    ("how", "plan", "occasion", "why"),
    [
        # nothing known: nobody is called, and only a conversation that she has just opened is answered
        (How.CALL, Plan(), Occasion(NOW), Why.NOBODY_ASKED),
        (How.MESSAGE, Plan(), Occasion(NOW), None),
        (How.MESSAGE, Plan(), Occasion(NOW - LIVE_FOR), Why.NOBODY_ASKED),
        (How.MESSAGE, Plan(to_call=YES), Occasion(LONG_AGO), Why.NOBODY_ASKED),
        (How.CALL, Plan(to_message=YES), Occasion(LONG_AGO), Why.NOBODY_ASKED),
        # a no is a no, whoever said it
        (How.MESSAGE, Plan(to_message=NO), Occasion(NOW), Why.SHE_SAID_NO),
        (How.CALL, Plan(to_call=NO), Occasion(NOW, YES), Why.SHE_SAID_NO),
        (How.CALL, Plan(to_call=YES), Occasion(NOW, NO), Why.SHE_SAID_NO),
        # her key "1: it is safe" counts for calls, and needs no hours while the call is fresh
        (How.CALL, Plan(), Occasion(NOW, YES), None),
        (How.CALL, Plan(YES, hours=(Hours(time(20), time(22)),)), Occasion(NOW, YES), None),
        (How.CALL, Plan(YES, hours=(Hours(time(20), time(22)),)), Occasion(LONG_AGO, YES), Why.NOT_AT_THIS_HOUR),
        # the hours of all who use the number
        (How.CALL, Plan(YES, hours=(Hours(time(9), time(12)),)), Occasion(LONG_AGO), None),
        (How.CALL, Plan(YES, hours=(Hours(time(9), time(12)), Hours(time(13), time(9)))), Occasion(LONG_AGO), Why.NOT_AT_THIS_HOUR),
        (How.MESSAGE, Plan(to_message=YES, hours=(Hours(time(11), time(12)),)), Occasion(LONG_AGO), Why.NOT_AT_THIS_HOUR),
        # STOP stands above everything until she writes again
        (How.MESSAGE, Plan(YES, YES), Occasion(NOW, stopped_at=NOW), Why.SHE_SAID_STOP),
        (How.CALL, Plan(YES, YES), Occasion(LONG_AGO, YES, stopped_at=NOW), Why.SHE_SAID_STOP),
        (How.MESSAGE, Plan(YES, YES), Occasion(NOW, stopped_at=LONG_AGO), None),
    ],
)  # fmt: skip
def test_the_rule(how: How, plan: Plan, occasion: Occasion, why: Why | None) -> None:
    assert refusal(how, plan, occasion, NOW, TEN) is why


ANSWERS = st.sampled_from(Answer)
HOURS = st.builds(Hours, st.times(), st.times())
PLANS = st.builds(Plan, ANSWERS, ANSWERS, st.lists(HOURS, max_size=2).map(tuple))
AGO = st.integers(0, 10**6).map(lambda seconds: NOW - timedelta(seconds=seconds))
OCCASIONS = st.builds(Occasion, AGO, ANSWERS, st.none() | AGO)


@given(PLANS, OCCASIONS, st.times())
def test_a_call_is_never_allowed_without_a_yes_and_never_against_a_no(plan: Plan, occasion: Occasion, at: time) -> None:
    if refusal(How.CALL, plan, occasion, NOW, at) is None:
        assert YES in (plan.to_call, occasion.said)
        assert NO not in (plan.to_call, occasion.said)


@given(PLANS, OCCASIONS, st.times())
def test_an_old_conversation_is_never_answered_without_a_yes(plan: Plan, occasion: Occasion, at: time) -> None:
    if refusal(How.MESSAGE, plan, occasion, NOW, at) is None and NOW - occasion.heard_at >= LIVE_FOR:
        assert plan.to_message == YES


@given(PLANS, OCCASIONS, st.times(), st.sampled_from(How))
def test_becoming_stricter_never_allows_more(plan: Plan, occasion: Occasion, at: time, how: How) -> None:
    if refusal(how, plan, occasion, NOW, at) is None:
        return
    for call, message in product((plan.to_call, NO), (plan.to_message, NO)):
        assert refusal(how, Plan(call, message, plan.hours), occasion, NOW, at) is not None
