"""A file is taken whole or not at all, and says which lines are at fault."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tesa.core import clock as wall_clock
from tesa.core.transactions import transaction
from tesa.psychologists.actions.import_rota import Imported, RotaRefused, import_rota
from tesa.psychologists.labels import complaint_sentence
from tesa.psychologists.rules.rota_file import write
from tests.psychologists.rota import all_rows, trail
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")
HEADER = "email,start,end,tier\n"
DAY = "2026-11-25T08:00+07:00,2026-11-25T20:00+07:00"
NIGHT = "2026-11-25T20:00+07:00,2026-11-26T08:00+07:00"


@pytest.fixture
def people(app: Flask, clock: MovedClock) -> None:
    make_staff("psychologist", email="satu@contoh.id")
    make_staff("psychologist", email="dua@contoh.id")
    make_staff("coordinator", email="koordinator@contoh.id")
    make_staff("outreach", email="lapangan@contoh.id")
    make_staff("psychologist", email="pergi@contoh.id", active=False)
    make_staff("administrator", email="admin@contoh.id")


def take(content: str | bytes) -> Imported:
    raw = content.encode() if isinstance(content, str) else content
    with transaction():
        return import_rota(raw, None, wall_clock.now())


def refused(content: str | bytes) -> list[tuple[int, str]]:
    """Line and flaw of each complaint; nothing may have been taken."""
    before = all_rows()
    with pytest.raises(RotaRefused) as refusal:
        take(content)
    assert all_rows() == before
    assert all(complaint_sentence(c).startswith(f"Baris {c.number}: ") for c in refusal.value.complaints[:50])
    return [(c.number, str(c.flaw)) for c in refusal.value.complaints]


@pytest.mark.usefixtures("people")
class TestAFile:
    """With two psychologists, a coordinator and an outreach worker on the staff."""

    def test_is_taken(self) -> None:
        content = (
            HEADER
            + f"satu@contoh.id,{DAY},1\nDua@Contoh.ID,{NIGHT},2\nkoordinator@contoh.id,{DAY},3\nlapangan@contoh.id,{DAY},1\n"
        )
        assert take(content) == Imported(added=4, known=0)
        assert min(r[1] for r in all_rows()) == datetime(2026, 11, 25, 1, tzinfo=UTC)
        (entry,) = trail()
        assert (entry.act, '"added":4' in entry.details) == ("rota.import", True)

    def test_taken_twice_adds_nothing(self) -> None:
        content = HEADER + f"satu@contoh.id,{DAY},1\ndua@contoh.id,{NIGHT},1\n"
        take(content)
        assert take(content) == Imported(added=0, known=2)
        assert take(content + f"dua@contoh.id,{DAY},1\n") == Imported(added=1, known=2)

    def test_the_same_instant_in_another_zone_is_the_same_row(self) -> None:
        take(HEADER + f"satu@contoh.id,{DAY},1\n")
        again = HEADER + "satu@contoh.id,2026-11-25T01:00Z,2026-11-25T13:00:00+00:00,1\n"
        assert take(again) == Imported(added=0, known=1)

    @pytest.mark.parametrize(
        "content",
        [
            b"\xef\xbb\xbf" + (HEADER + f"satu@contoh.id,{DAY},1\n").encode(),
            (HEADER + f"satu@contoh.id,{DAY},1\n").replace("\n", "\r\n").encode(),
            (HEADER + f"satu@contoh.id,{DAY},1\n").replace(",", ";").encode(),
            f"email,start,end,tier,line\nsatu@contoh.id,{DAY},1,hotline".encode(),
            f" Email , START,end,tier\n\n , , , \nsatu@contoh.id , {DAY.replace(',', ' , ')}, 1\n\n".encode(),
            b'tier,end,start,email\n1,"2026-11-25T20:00+07:00","2026-11-25T08:00+07:00",satu@contoh.id\n',
        ],
        ids=["byte-order mark", "CRLF", "semicolons", "line", "blanks", "other order"],
    )
    def test_is_read_as_spreadsheets_write_it(self, content: bytes) -> None:
        assert take(content).added == 1

    @pytest.mark.parametrize(
        ("row", "flaw"),
        [
            (f"siapa@contoh.id,{DAY},1", "unknown_person"),
            (f"pergi@contoh.id,{DAY},1", "unknown_person"),
            (f"admin@contoh.id,{DAY},1", "unknown_person"),
            (f"=1+1,{DAY},1", "unknown_person"),
            ("satu@contoh.id,2026-11-25T08:00+07:00,2026-11-25T08:00+07:00,1", "reversed"),
            ("satu@contoh.id,2026-11-25T20:00+07:00,2026-11-25T08:00+07:00,1", "reversed"),
            ("satu@contoh.id,2026-11-25T08:00+07:00,2026-11-27T20:00+07:00,1", "too_long"),
            ("satu@contoh.id,2026-11-25T08:00,2026-11-25T20:00,1", "no_zone"),
            ("satu@contoh.id,2026-11-25,2026-11-26,1", "no_zone"),
            ("satu@contoh.id,0001-01-01T00:00+07:00,0001-01-01T01:00+07:00,1", "out_of_range"),
            ("satu@contoh.id,besok,lusa,1", "unreadable_time"),
            ("satu@contoh.id,25/11/2026 08:00,25/11/2026 20:00,1", "unreadable_time"),
            (f"satu@contoh.id,{DAY},0", "unknown_tier"),
            (f"satu@contoh.id,{DAY},4", "unknown_tier"),
            (f"satu@contoh.id,{DAY},satu", "unknown_tier"),
            (f"satu@contoh.id,{DAY},3", "not_coordinator"),
            (f"koordinator@contoh.id,{DAY},1", "not_psychologist"),
            (f"satu@contoh.id,{DAY}", "broken_row"),
            (f"satu@contoh.id,{DAY},1,hotline", "broken_row"),
            (f'"satu@contoh.id,{DAY},1', "broken_row"),
        ],
    )
    def test_with_one_bad_row_is_refused_whole(self, row: str, flaw: str) -> None:
        assert refused(HEADER + f"dua@contoh.id,{DAY},1\n{row}\n") == [(3, flaw)]

    @pytest.mark.parametrize(("line", "flaw"), [("kitchen", "unknown_line"), ("outreach", "not_outreach")])
    def test_with_a_wrong_line_is_refused(self, line: str, flaw: str) -> None:
        assert refused(f"email,start,end,tier,line\nsatu@contoh.id,{DAY},1,{line}\n") == [(2, flaw)]

    def test_gets_all_complaints_at_once_in_the_order_of_lines(self) -> None:
        content = HEADER + "".join(
            [
                f"satu@contoh.id,{DAY},1\n",
                f"siapa@contoh.id,{DAY},1\n",
                "\n",
                f"satu@contoh.id,{DAY},9\n",
                "dua@contoh.id,2026-11-25T08:00+07:00,2026-11-25T07:00+07:00,1\n",
                f"satu@contoh.id,{DAY},2\n",
            ]
        )
        assert refused(content) == [(3, "unknown_person"), (5, "unknown_tier"), (6, "reversed"), (7, "overlaps_line")]

    def test_that_overlaps_itself_names_both_lines(self) -> None:
        content = HEADER + (
            f"satu@contoh.id,{DAY},1\n"
            f"dua@contoh.id,{DAY},1\n"
            "satu@contoh.id,2026-11-25T19:59+07:00,2026-11-25T23:00+07:00,1\n"
        )
        with pytest.raises(RotaRefused) as refusal:
            take(content)
        (complaint,) = refusal.value.complaints
        assert (complaint.number, complaint.flaw, complaint.value) == (4, "overlaps_line", "2")

    def test_with_the_same_row_twice_is_refused(self) -> None:
        assert refused(HEADER + f"satu@contoh.id,{DAY},1\nsatu@contoh.id,{DAY},1\n") == [(3, "overlaps_line")]

    def test_that_overlaps_the_rota_is_refused(self) -> None:
        take(HEADER + f"satu@contoh.id,{DAY},1\n")
        inside = "satu@contoh.id,2026-11-25T10:00+07:00,2026-11-25T11:00+07:00,1\n"
        around = "satu@contoh.id,2026-11-24T22:00+07:00,2026-11-26T22:00+07:00,2\n"
        same_times_other_tier = f"satu@contoh.id,{DAY},2\n"
        for row in (inside, around, same_times_other_tier):
            assert refused(HEADER + row) == [(2, "overlaps_rota")]

    def test_may_touch_what_is_there(self) -> None:
        take(HEADER + f"satu@contoh.id,{DAY},1\n")
        assert take(HEADER + f"satu@contoh.id,{NIGHT},1\n").added == 1

    @pytest.mark.parametrize(
        ("content", "flaw"),
        [
            (b"", "no_header"),
            (b"\n\n", "no_header"),
            (b"satu@contoh.id,2026-11-25T08:00+07:00,2026-11-25T20:00+07:00,1\n", "no_header"),
            (b"email,start,end\n", "no_header"),
            (b"email,start,end,tier,tier\n", "no_header"),
            (b"email,start,end,tier,name\n", "no_header"),
            (b"\xff\xfe\x00e\x00m", "not_text"),
            ("ema\N{LATIN SMALL LETTER I WITH DIAERESIS}l".encode("latin-1"), "not_text"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "not_text"),
        ],
    )
    def test_that_is_no_rota_is_refused(self, content: bytes, flaw: str) -> None:
        assert refused(content) == [(1, flaw)]

    def test_with_a_header_alone_is_an_empty_rota(self) -> None:
        assert take(HEADER) == Imported(added=0, known=0)

    def test_that_never_ends_is_refused(self) -> None:
        row = f"siapa@contoh.id,{DAY},1\n"
        assert refused(HEADER + row * 20_001)[-1] == (20_002, "too_many_rows")


@pytest.mark.slow
def test_ten_thousand_rows_are_quick() -> None:
    """A rota of 20 people for 500 days. Measured at about a second; the limit leaves room for a busy machine."""
    emails = [make_staff("psychologist").email for _ in range(20)]
    first = datetime(2026, 12, 1, 1, tzinfo=UTC)
    rows = [
        (email, begins, begins + timedelta(hours=12), 1, "hotline")
        for day in range(500)
        for number, email in enumerate(emails)
        for begins in [first + timedelta(days=day, hours=12 * (number % 2))]
    ]
    content = write(rows)
    began = time.perf_counter()
    assert take(content) == Imported(added=10_000, known=0)
    assert time.perf_counter() - began < 20
    assert take(content) == Imported(added=0, known=10_000)
