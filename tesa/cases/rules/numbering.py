"""The number of a case, as people say it to each other: the year it was opened in and a running number."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_NUMBER = re.compile(r"([0-9]{4})\s*[-/. ]\s*0*([1-9][0-9]{0,6})", re.ASCII)


def year_of(now: datetime, zone: tzinfo) -> int:
    """The calendar year at the hotline, which begins before the one in UTC."""
    return now.astimezone(zone).year


def case_number(year: int, running: int) -> str:
    """`2026-0001`; more than four digits when a year has more than 9,999 cases."""
    return f"{year}-{running:04d}"


def as_case_number(text: str) -> str | None:
    """`text` as a case number if it looks like one (`2026-1`, `2026/0001`), else None."""
    match = _NUMBER.fullmatch(text.strip())
    return case_number(int(match[1]), int(match[2])) if match else None
