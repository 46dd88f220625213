from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.cases.rules.drafts import first_revision, is_stale, may_go

HERE, THERE = uuid.uuid4(), uuid.uuid4()


@pytest.mark.parametrize(
    ("known", "present", "same_text", "stale"),
    [
        (0, None, False, False),  # the first save
        (7, None, False, False),  # the draft became a note meanwhile
        (3, 3, False, False),
        (2, 3, False, True),
        (0, 3, False, True),
        (2, 3, True, False),  # the answer was lost and the text is sent again
    ],
)
def test_is_stale(known: int, present: int | None, same_text: bool, stale: bool) -> None:
    assert is_stale(known, present, same_text=same_text) is stale


@pytest.mark.parametrize(
    ("draft", "writer", "note", "known", "goes"),
    [
        ("satu", HERE, "dua", 0, True),  # typed and saved in this window, changed just before sending
        ("satu", THERE, "dua", 3, True),  # loaded here, then changed
        ("satu", THERE, "satu dan dua", 0, True),  # the note says it all
        ("satu\n", THERE, "satu", 0, True),
        ("satu", THERE, "dua", 0, False),
        ("satu", None, "dua", 2, False),
    ],
)
def test_may_go(draft: str, writer: uuid.UUID | None, note: str, known: int, goes: bool) -> None:
    assert may_go(draft, 3, writer, note, known, HERE) is goes


@given(st.integers(1, 10**6), st.integers(0, 1000))
def test_a_later_draft_never_begins_at_a_number_an_earlier_one_had(seconds: int, saves: int) -> None:
    began = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    # A window saves at most every two seconds.
    later = began + timedelta(seconds=2 * saves + seconds)
    assert first_revision(later) > first_revision(began) + saves
