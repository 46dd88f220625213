"""`tesa keys recover`: the key file from its recovery sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click
from dotenv import dotenv_values

from tesa.core.commands import refuse
from tesa.core.vault.errors import KeyFileProblem
from tesa.core.vault.recovery import LARGEST, SheetProblem, recover


@click.command("recover")
@click.argument("sheet", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--to", envvar="TESA_KEY_FILE", type=click.Path(path_type=Path), help="default: TESA_KEY_FILE")
def recover_command(sheet: TextIO, to: Path | None) -> None:
    """Read a recovery SHEET (- for standard input) and write the key file. An existing file is never overwritten."""
    named = dotenv_values(".env").get("TESA_KEY_FILE")
    path = to or (Path(named) if named else None)
    if path is None:
        refuse("TESA_KEY_FILE: belum diisi / is not set")
    try:
        names = recover(sheet.read(LARGEST + 1), path)
    except (SheetProblem, KeyFileProblem, OSError) as problem:
        refuse(str(problem))
    click.echo(f"Ditulis / written: {path}")
    for name in names:
        click.echo(f"  {name}")
    click.echo(
        "Bandingkan nama kunci dengan lembar, lalu jalankan / Compare the names with the sheet, then run: tesa doctor"
    )
