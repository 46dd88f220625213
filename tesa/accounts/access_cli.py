"""`tesa access …`: the table of access as a document."""

from __future__ import annotations

from pathlib import Path

import click

from tesa.accounts.access_table import document

PLACE = Path("docs") / "access.md"


@click.group("access")
def access_group() -> None:
    """Who may do what."""


@access_group.command("print")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if the document is not up to date.")
def print_access(*, check: bool) -> None:
    """Write the table of access to docs/access.md."""
    text = document()
    if not check:
        PLACE.parent.mkdir(exist_ok=True)
        PLACE.write_text(text, encoding="utf-8")
        click.echo(f"{PLACE} ditulis / written")
    elif not PLACE.exists() or PLACE.read_text(encoding="utf-8") != text:
        click.echo(f"{PLACE}: tidak mutakhir; jalankan / out of date; run: tesa access print", err=True)
        raise SystemExit(1)
