"""The English catalogue: `build.py` merges `parts/*.po` into it, `build.py check` says what is missing or unused.

Indonesian is the language of the source, so it needs no catalogue. Each slice keeps its own part, so that two people
who write pages do not meet in one file. Both results (.po, .mo) are committed: a fresh clone works at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parent
ENGLISH = HERE / "en" / "LC_MESSAGES"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}}
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
Msgid = str | list[str] | tuple[str, ...]


def merged(parts: Path = HERE / "parts") -> tuple[Catalog, list[str]]:
    """One catalogue of all parts, and what they disagree about (the first part, by name, is believed)."""
    clashes: list[str] = []
    whole = Catalog(
        locale="en",
        project="TeSA",
        version="1",
        fuzzy=False,
        msgid_bugs_address="docs/pages.md",
        last_translator="TeSA",
        language_team="TeSA",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        header_comment="# English of TeSA. Made by build.py from parts/*.po; do not edit here.",
    )
    for path in sorted(parts.glob("*.po")):
        with path.open("rb") as file:
            part = read_po(file, locale="en", abort_invalid=True)
        for message in part:
            if not message.id:
                continue
            known = whole.get(message.id)
            if known is None:
                whole.add(message.id, message.string, flags=message.flags)
            elif known.string != message.string:
                clashes.append(f"{path.name}: {message.id!r} is {message.string!r} here, {known.string!r} elsewhere")
    return whole, clashes


def used(root: Path = ROOT) -> dict[Msgid, str]:
    """Every msgid of the source, with the first file that uses it."""
    found: dict[Msgid, str] = {}
    extracted = extract_from_dir(root, METHODS, OPTIONS, keywords=KEYWORDS)
    for filename, _line, msgid, _comments, _context in extracted:
        found.setdefault(msgid, filename)
    return found


def problems(catalogue: Catalog, in_use: dict[Msgid, str]) -> Iterator[str]:
    """What is wrong: words without English, English for words that nobody uses, placeholders that differ."""
    given = {message.id: message for message in catalogue if message.id}
    for msgid, filename in sorted(in_use.items(), key=lambda pair: (pair[1], str(pair[0]))):
        message = given.get(msgid)
        if message is None or not (all(message.string) if isinstance(message.string, tuple) else message.string):
            yield f"no English ({filename}): {msgid!r}"
    for msgid in given.keys() - in_use.keys():
        yield f"unused: {msgid!r}"
    for message in catalogue:
        for error in message.check(catalogue) if message.id else ():
            yield f"{message.id!r}: {error}"


def rendered(catalogue: Catalog) -> dict[str, bytes]:
    """The two files of `catalogue`, by name."""
    text, machine = BytesIO(), BytesIO()
    write_po(text, catalogue, width=0, sort_output=True, omit_header=False)
    write_mo(machine, catalogue)
    return {"messages.po": text.getvalue(), "messages.mo": machine.getvalue()}


def build() -> int:
    """Write the catalogue."""
    ENGLISH.mkdir(parents=True, exist_ok=True)
    catalogue, _clashes = merged()
    for name, content in rendered(catalogue).items():
        (ENGLISH / name).write_bytes(content)
    return 0


def check() -> int:
    """Name everything that is wrong; 0 when nothing is."""
    catalogue, found = merged()
    found += problems(catalogue, used())
    for name, content in rendered(catalogue).items():
        path = ENGLISH / name
        if not path.is_file() or path.read_bytes() != content:
            found.append(f"{path.relative_to(ROOT.parent)} is older than its parts; run tesa/translations/build.py")
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["check"] else build())
