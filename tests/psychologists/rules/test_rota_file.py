"""What is written can be read, whatever a spreadsheet does with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.psychologists.rules.rota_file import read, write

starts = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
rows = st.lists(
    st.tuples(
        st.emails().map(str.lower).filter(lambda e: not e.startswith("'")),
        starts,
        st.integers(1, 48),
        st.sampled_from([1, 2, 3]),
        st.sampled_from(["hotline", "outreach"]),
    ).map(lambda t: (t[0], t[1], t[1] + timedelta(hours=t[2]), t[3], t[4])),
    max_size=5,
)


@given(rows)
def test_what_is_written_is_read_again(written: list[tuple[str, datetime, datetime, int, str]]) -> None:
    found, complaints = read(write(written))
    assert complaints == []
    assert [(r.email, r.starts_at, r.ends_at, r.tier, r.line) for r in found] == written
    assert [r.number for r in found] == list(range(2, 2 + len(written)))


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    _, complaints = read("email,start,end,tier\n" + text)
    assert all(c.number >= 1 for c in complaints)


@pytest.mark.parametrize("email", ["=1+1@contoh.id", "+62@contoh.id", "-a@contoh.id", "@contoh"])
def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(email: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    text = write([(email, now, now + timedelta(hours=8), 1, "hotline")])
    assert f"\n'{email}," in text.replace("\r\n", "\n")
    assert read(text)[0][0].email == email


def test_a_record_over_several_lines_counts_by_its_first() -> None:
    text = 'email,start,end,tier\n"a\nb@contoh.id",x,y,1\nc@contoh.id,x,y,1\n'
    assert [c.number for c in read(text)[1]] == [2, 4]
