"""Telephone numbers, as odd as they come."""

from __future__ import annotations

import pytest

from tesa.telephony.numbers import masked, normalised


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+6281234567890", "+6281234567890"),
        ("081234567890", "+6281234567890"),
        ("whatsapp:+6281234567890", "+6281234567890"),
        ("whatsapp:whatsapp:+6281234567890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("+٦٢٨١٢٣٤٥٦٧٨٩٠", "+6281234567890"),
        ("anonymous", None),
        ("unknown", None),
        ("", None),
        ("   ", None),
        ("1234567890123456", None),
        ("abcdef", None),
        ("+" + "9" * 60, None),
        ("client:somebody", None),
    ],
)
def test_normalised(raw: str, number: str | None) -> None:
    assert normalised(raw) == number


def test_masked_shows_neither_whole_nor_nothing() -> None:
    assert masked("+6281234567890") == "+62 812-••••-890"
    assert masked(None) == ""
