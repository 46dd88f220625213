"""What an export of a case is made of, and how a cell is made harmless for spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""A spreadsheet takes a cell that begins like this for a formula, or strips it until it does."""


@dataclass(frozen=True)
class Table:
    """One table: `name` is the file's, `title` stands over it, every row has as many cells as `columns`."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]] = field(repr=False)


def as_text(cell: str) -> str:
    """The cell as a spreadsheet shows it as text: what would be a formula gets an apostrophe before it."""
    begins = cell.startswith(STARTS_A_FORMULA) or cell.lstrip().startswith(STARTS_A_FORMULA)
    return "'" + cell if begins else cell
