"""The rota as a file: CSV with the columns email, start, end, tier and, if wanted, line.

Times are ISO 8601 with an offset. Spreadsheets may have added a byte-order mark, CRLF or semicolons. All complaints are
gathered, each with its line, so that a coordinator mends a file once and not row by row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import StringIO

from tesa.psychologists.rules.rota import Flaw, Line, Tier, time_flaw

NEEDED = ("email", "start", "end", "tier")
COLUMNS = (*NEEDED, "line")
MOST_ROWS = 20_000
FORMULA_STARTS = ("=", "+", "-", "@")  # a spreadsheet would run such a cell: it is written with an apostrophe before it


class FileFlaw(StrEnum):
    """Why a file or one of its rows is refused, beside what an assignment may not be (Flaw)."""

    NOT_TEXT = "not_text"
    NO_HEADER = "no_header"
    TOO_MANY_ROWS = "too_many_rows"
    BROKEN_ROW = "broken_row"
    UNREADABLE_TIME = "unreadable_time"
    UNKNOWN_PERSON = "unknown_person"
    OVERLAPS_LINE = "overlaps_line"
    OVERLAPS_ROTA = "overlaps_rota"


@dataclass(frozen=True)
class FileRow:
    """One assignment of the file. `line` is None where the file leaves it to the person's role."""

    number: int
    email: str
    starts_at: datetime
    ends_at: datetime
    tier: int
    line: str | None


@dataclass(frozen=True)
class Complaint:
    """What is wrong in line `number` (from 1). `value` is the cell at fault or the other line's number."""

    number: int
    flaw: Flaw | FileFlaw
    value: str = ""


def decode(content: bytes) -> str | None:
    """The text of a file in UTF-8, without its byte-order mark; None when it is no such text."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def read(text: str) -> tuple[list[FileRow], list[Complaint]]:
    """The rows of a file and what is wrong with the others."""
    records = _records(text)
    header = next(records, (1, []))[1]
    columns = [name.strip().lower() for name in header]
    if not set(NEEDED) <= set(columns) or set(columns) - set(COLUMNS) or len(set(columns)) != len(columns):
        return [], [Complaint(1, FileFlaw.NO_HEADER, ", ".join(COLUMNS))]
    rows: list[FileRow] = []
    complaints: list[Complaint] = []
    for count, (number, cells) in enumerate(records):
        if count == MOST_ROWS:
            return rows, [*complaints, Complaint(number, FileFlaw.TOO_MANY_ROWS, str(MOST_ROWS))]
        found = _row(number, columns, cells)
        if isinstance(found, Complaint):
            complaints.append(found)
        else:
            rows.append(found)
    return rows, complaints


def _records(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each record that is not blank, with the number of its first line; a broken one has no cells."""
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = ["\N{REPLACEMENT CHARACTER}"]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _row(number: int, columns: Sequence[str], cells: Sequence[str]) -> FileRow | Complaint:
    if len(cells) != len(columns):
        return Complaint(number, FileFlaw.BROKEN_ROW, str(len(columns)))
    cell = {name: text.strip() for name, text in zip(columns, cells, strict=True)}
    times: list[datetime] = []
    for name in ("start", "end"):
        try:
            times.append(datetime.fromisoformat(cell[name]))
        except ValueError:
            return Complaint(number, FileFlaw.UNREADABLE_TIME, cell[name][:40])
    flaw = time_flaw(times[0], times[1])
    if flaw is not None:
        return Complaint(number, flaw)
    if cell["tier"] not in {str(tier) for tier in Tier.ALL}:
        return Complaint(number, Flaw.UNKNOWN_TIER, cell["tier"][:40])
    line = cell.get("line", "").lower()
    if line and line not in set(Line):
        return Complaint(number, Flaw.UNKNOWN_LINE, line[:40])
    email = cell["email"].removeprefix("'").lower()
    return FileRow(number, email, times[0], times[1], int(cell["tier"]), line or None)


def write(rows: Iterable[tuple[str, datetime, datetime, int, str]]) -> str:
    """A file that `read` reads: e-mail address, start and end (aware), tier, line of each assignment."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for email, starts_at, ends_at, tier, line in rows:
        safe = f"'{email}" if email.startswith(FORMULA_STARTS) else email
        writer.writerow([safe, starts_at.isoformat(), ends_at.isoformat(), tier, line])
    return out.getvalue()
