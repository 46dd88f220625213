"""Staff from a CSV file: all rows or none, problems by line. Idempotent by e-mail address."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from tesa.accounts.actions.save_account import Details, save_account
from tesa.accounts.bilingual import both
from tesa.accounts.public import Role
from tesa.core.db import db
from tesa.core.errors import RuleBroken

COLUMNS = ("name", "email", "phone", "roles", "gender", "languages", "kecamatan")
MOST_ROWS = 5000


class UnfitFile(Exception):
    """The file is refused whole; `problems` are sentences with line numbers (Indonesian / English)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def import_staff(text: str, now: datetime) -> int:
    """Add or change everybody in `text`; how many. Raises UnfitFile, and then nobody was added or changed."""
    rows = _rows(text)
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        email = row["email"].lower()
        if email in seen:
            problems.append(
                f"baris {line}: surel sama dengan baris {seen[email]} / line {line}: same e-mail as line {seen[email]}"
            )
            continue
        seen[email] = line
        try:
            save_account(_details(row), None, now)
        except RuleBroken as broken:
            problems.append(f"baris / line {line}: {both(broken.sentence)}")
    if problems:
        db.session.expunge_all()
        raise UnfitFile(problems)
    return len(rows)


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """The rows with their line numbers. Columns may come in any order, separated by commas or (Excel) semicolons."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append((start, [cell.strip() for cell in row]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise UnfitFile([f"baris / line {start}: bukan CSV / not CSV"]) from error
    head = [cell.casefold() for cell in lines[0][1]] if lines else []
    if sorted(head) != sorted(COLUMNS):
        raise UnfitFile([f"baris 1: kolom harus / line 1: columns must be: {','.join(COLUMNS)}"])
    if len(lines) > MOST_ROWS + 1:
        raise UnfitFile([f"terlalu banyak baris / too many rows (> {MOST_ROWS})"])
    odd = [line for line, cells in lines[1:] if len(cells) != len(COLUMNS)]
    if odd:
        raise UnfitFile([f"baris {n}: jumlah kolom salah / line {n}: wrong number of columns" for n in odd])
    return [(line, dict(zip(head, cells, strict=True))) for line, cells in lines[1:]]


def _details(row: dict[str, str]) -> Details:
    roles = [word.strip().casefold() for word in row["roles"].split(";") if word.strip()]
    unknown = [word for word in roles if word not in set(Role)]
    if unknown:
        raise RuleBroken(f"peran tidak dikenal / unknown role: {unknown[0][:40]!r}")
    return Details(
        email=row["email"],
        name=row["name"],
        phone=row["phone"],
        roles=frozenset(Role(word) for word in roles),
        gender=row["gender"],
        languages=tuple(word.strip().casefold() for word in row["languages"].split(";") if word.strip()) or ("id",),
        kecamatan=row["kecamatan"],
    )
