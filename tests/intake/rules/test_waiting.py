"""What is said in which round."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tesa.intake import prompts
from tesa.intake.rules.waiting import Waiting, privacy_unheard, round_for

ROUND = Waiting(0, None, connecting=False, choice=False, someone_before=False, asked_for_keys=True)
AT = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)


def said(waiting: Waiting) -> list[str]:
    return [sentence.key for sentence, _ in round_for(waiting).sentences]


@pytest.mark.parametrize(
    ("waiting", "keys"),
    [
        (ROUND, ["greeting"]),
        (replace(ROUND, choice=True), ["greeting"]),
        (replace(ROUND, round=1), ["for_english", "privacy"]),
        (replace(ROUND, round=1, language="su"), ["for_english", "privacy"]),
        (replace(ROUND, round=1, language="en"), ["for_indonesian", "privacy"]),
        (replace(ROUND, round=1, choice=True), ["for_english", "privacy", "choice"]),
        (replace(ROUND, round=2), ["hint", "local_languages"]),
        (replace(ROUND, round=2, language="en"), ["hint"]),
        (replace(ROUND, round=3), ["cannot_speak"]),
        (replace(ROUND, round=3, choice=True), ["cannot_speak"]),
        (replace(ROUND, round=3, asked_for_keys=False), ["stay_again"]),
        (replace(ROUND, round=4), ["you_are_next"]),
        (replace(ROUND, round=4, someone_before=True), ["some_before_you"]),
        (replace(ROUND, round=4, choice=True), ["choice"]),
        (replace(ROUND, round=5, choice=True), ["stay"]),
        (replace(ROUND, round=7), ["cannot_speak"]),
        (replace(ROUND, round=7, connecting=True), ["connecting"]),
    ],
)
def test_rounds(waiting: Waiting, keys: list[str]) -> None:
    assert said(waiting) == keys


def test_the_other_language_is_offered_in_itself() -> None:
    assert round_for(replace(ROUND, round=1)).sentences[0][1] == "en"
    assert round_for(replace(ROUND, round=1, language="en")).sentences[0][1] == "id"


def test_any_key_means_that_she_cannot_speak_only_where_that_was_said() -> None:
    for number in range(12):
        heard = round_for(replace(ROUND, round=number))
        assert heard.quiet_key == (prompts.CANNOT_SPEAK in [s for s, _ in heard.sentences])


def test_no_place_in_the_queue_is_a_promise() -> None:
    for sentence in (prompts.YOU_ARE_NEXT, prompts.SOME_BEFORE_YOU):
        for words in (sentence, sentence.english):
            assert not any(word in words.lower() for word in ("menit", "detik", "minute", "second", "1", "2"))


def test_privacy_is_said_before_she_is_connected_unless_seconds_count() -> None:
    assert privacy_unheard(AT, AT + timedelta(seconds=8), emergency=False)
    assert not privacy_unheard(AT, AT + timedelta(seconds=8), emergency=True)
    assert not privacy_unheard(AT, AT + timedelta(seconds=12), emergency=False)
