"""Emergency words are found however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.intake.rules.emergency_words import folded, matches, typing_errors

PHRASES = ("tolong", "darurat", "bunuh diri", "mau dibunuh", "pisau", "help me", "emergency", "gun")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tolong", "tolong"),
        ("TOLONG!!!", "tolong"),
        ("t o l o n g", "tolong"),
        ("to\u200blo\u200dng", "tolong"),
        ("toloooooong aku", "tolong"),
        ("tlong", "tolong"),
        ("t0l0ng", "tolong"),
        ("ｔｏｌｏｎｇ", "tolong"),
        ("tólóng", "tolong"),
        ("aku ingin bunuhdiri", "bunuh diri"),
        ("bunuh\n  diri", "bunuh diri"),
        ("aku mau di bunuh", "mau dibunuh"),
        ("ini emergncy", "emergency"),
        ("dia bawa pisau", "pisau"),
        ("he has a gun", "gun"),
        ("please h e l p  m e", "help me"),
    ],
)
def test_found(text: str, found: str) -> None:
    assert matches(text, PHRASES) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "selamat pagi, saya mau bertanya",
        "aku bohong",
        "kosong",
        "begun",
        "bunuh waktu",
        "🙂🙂",
        "\x00",
        "123 456",
    ],
)
def test_not_found(text: str) -> None:
    assert matches(text, PHRASES) is None


def test_a_long_text_is_searched_at_both_ends() -> None:
    filler = "kata biasa " * 6000
    assert matches("tolong " + filler, PHRASES) == "tolong"
    assert matches(filler + " tolong", PHRASES) == "tolong"


@given(st.text(alphabet="tolng ", max_size=40), st.text(max_size=40))
def test_a_phrase_between_other_words_is_always_found(before: str, after: str) -> None:
    assert matches(f"{before} darurat {after}", ("darurat",)) == "darurat"


@given(st.text(max_size=200))
def test_folding_gives_plain_letters_only(text: str) -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in folded(text))


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_typing_errors_are_symmetric_and_zero_only_for_equals(a: str, b: str) -> None:
    assert typing_errors(a, b, 9) == typing_errors(b, a, 9)
    assert (typing_errors(a, b, 9) == 0) == (a == b)
