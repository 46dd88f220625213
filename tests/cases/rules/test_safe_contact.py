from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.cases.rules.safe_contact import SafeAnswers, stale, strictest

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


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
