"""Check the documents: links lead somewhere, the data dictionary has every column that exists, and no other,
and the table of access is printed as it is.

In docs/data-dictionary.md each table has a heading that names it in backticks, and below it a Markdown table whose first
cell is the column in backticks.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import tesa.app  # noqa: F401  (the composition root imports every slice, and so every table)
from tesa.accounts.access_table import document as access_document
from tesa.core.db import Base

ROOT = Path(__file__).parent.parent
ACCESS = ROOT / "docs" / "access.md"
DICTIONARY = ROOT / "docs" / "data-dictionary.md"
LINK = re.compile(r"\]\((?!https?:|mailto:|tel:|#)([^)#\s]+)")
HEADING = re.compile(r"^#+ .*?`(\w+)`", re.MULTILINE)
ROW = re.compile(r"^\|\s*`(\w+)`", re.MULTILINE)


def broken_links() -> Iterator[str]:
    """Relative links that lead nowhere."""
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                yield f"{document.relative_to(ROOT)}: {target} is not there"


def described(text: str) -> dict[str, set[str]]:
    """The columns that a data dictionary describes, by table."""
    headings = list(HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {h[1]: set(ROW.findall(text[h.end() : end])) for h, end in zip(headings, ends, strict=True)}


def wrong_columns() -> Iterator[str]:
    """Columns that only the database or only the dictionary knows."""
    there = {table.name: {column.name for column in table.columns} for table in Base.metadata.sorted_tables}
    written = described(DICTIONARY.read_text(encoding="utf-8"))
    for table in sorted(there.keys() | written.keys()):
        for column in sorted(there.get(table, set()) - written.get(table, set())):
            yield f"docs/data-dictionary.md: {table}.{column} is not described"
        for column in sorted(written.get(table, set()) - there.get(table, set())):
            yield f"docs/data-dictionary.md: {table}.{column} does not exist"


def stale_access() -> Iterator[str]:
    """docs/access.md, when the table of access says something else by now."""
    if not ACCESS.exists() or ACCESS.read_text(encoding="utf-8") != access_document():
        yield "docs/access.md: out of date; run: tesa access print"


def missing_proofs() -> Iterator[str]:
    """Items of docs/asvs.csv whose proof is not in the repository."""
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["holds"] not in {"yes", "partly", "no"} or (row["holds"] != "no" and not row["shown by"]):
                yield f"docs/asvs.csv: {row['requirement']} says neither yes, partly nor no, or names no proof"
            elif row["shown by"] and not (ROOT / row["shown by"]).exists():
                yield f"docs/asvs.csv: {row['requirement']}: {row['shown by']} is not there"


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    problems = [*broken_links(), *wrong_columns(), *missing_proofs(), *stale_access()]
    print("\n".join(problems) or "The documents are in order.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
