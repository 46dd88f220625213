from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tesa.cases.rules.numbering import as_case_number, case_number, year_of


@pytest.mark.parametrize(
    ("year", "running", "number"), [(2026, 1, "2026-0001"), (2026, 9999, "2026-9999"), (2027, 12345, "2027-12345")]
)
def test_case_number(year: int, running: int, number: str) -> None:
    assert case_number(year, running) == number
    assert as_case_number(number) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2026-1", "2026-0001"),
        (" 2026/0001 ", "2026-0001"),
        ("2026 12", "2026-0012"),
        ("081200000017", None),
        ("+6281200000017", None),
        ("2026-0000", None),
        ("2026-", None),
        ("", None),
        ("٢٠٢٦-0001", None),
        ("2026-00000000000001x", None),
    ],
)
def test_what_people_type(text: str, number: str | None) -> None:
    assert as_case_number(text) == number


def test_the_year_begins_in_bekasi_seven_hours_before_utc() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert year_of(datetime(2026, 12, 31, 16, 59, tzinfo=UTC), zone) == 2026
    assert year_of(datetime(2026, 12, 31, 17, 0, tzinfo=UTC), zone) == 2027
