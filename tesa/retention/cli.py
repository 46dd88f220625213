"""`tesa backup …` and `tesa restore …`."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from tesa.accounts.audit import record
from tesa.core import clock
from tesa.core.commands import Inside, InsideGroup, refuse
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.upgrade import DanglingRows
from tesa.core.vault import BrokenTombstones, KeyFileProblem, KeysAway, tombstone_file
from tesa.core.vault.shredding import write_missing
from tesa.retention.backup.archive import KEPT, UnfitBackup, look_through, make_backup
from tesa.retention.backup.restore import NotRestored, restore
from tesa.retention.backup.rows import UnknownTables

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
EXISTING = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="for a program")
REFUSED = (UnfitBackup, NotRestored, BrokenTombstones, KeyFileProblem)


class _FileOrVerify(InsideGroup):
    """`tesa backup FILE` makes one; `tesa backup verify FILE` looks through one. A file called verify is `./verify`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return "make", self.commands["make"], args
        return super().resolve_command(ctx, args)


@click.group("backup", cls=_FileOrVerify, subcommand_metavar="FILE | verify FILE")
def backup_group() -> None:
    """Back everything up into FILE, sealed; TeSA may run meanwhile."""


@backup_group.command("make", hidden=True)
@FILE
@JSON
def backup_make(file: Path, as_json: bool) -> None:
    """Write everything into FILE, sealed with the key-encryption key."""
    now = clock.now()
    try:
        _compare_tombstones()
        with transaction():
            record(None, "backup.made", "backup", None, now)
        manifest = make_backup(file, now)
    except REFUSED as refused:
        refuse(str(refused))
    except KeysAway:
        refuse("Layanan kunci tidak menjawab / the key service does not answer")
    except UnknownTables as unknown:
        refuse(f"Jalankan `tesa db upgrade` dahulu / run `tesa db upgrade` first: {unknown}")
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    else:
        rows = sum(manifest.counts.values())
        until = manifest.made_at + KEPT
        if as_json:
            click.echo(
                json.dumps(
                    {"file": str(file), "rows": rows, "revision": manifest.revision, "destroy_by": until.isoformat()}
                )
            )
            return
        click.echo(f"Cadangan ditulis / backup written: {file}, {rows} baris / rows")
        click.echo(f"Musnahkan sebelum / destroy by: {until:%Y-%m-%d}")


def _compare_tombstones() -> None:
    """A backup should not know of more tombstones than the second place. It is made all the same."""
    try:
        tombstone_file().prepare()
        write_missing()
    except (BrokenTombstones, OSError) as error:
        click.echo(f"Peringatan / warning: {error}", err=True)
    finally:
        db.session.rollback()


@backup_group.command("verify")
@EXISTING
@JSON
def backup_verify(file: Path, as_json: bool) -> None:
    """Open the whole of FILE: exit 0 when it is whole and this key opens it, 1 when not."""
    now = clock.now()
    try:
        looked = look_through(file)
    except UnfitBackup as unfit:
        refuse(str(unfit))
    except KeysAway:
        refuse("Layanan kunci tidak menjawab / the key service does not answer")
    else:
        said = looked.manifest
        days, old = looked.age(now).days, looked.too_old(now)
        if as_json:
            click.echo(json.dumps({
                "rows": looked.rows, "revision": said.revision, "made_at": said.made_at.isoformat(), "age_days": days,
                "too_old": old, "key_opens": not looked.unopened, "counts": said.counts,
                "head": {"seq": said.head_seq, "mac": said.head_mac},
            }))  # fmt: skip
        else:
            click.echo(
                f"Utuh / whole: {looked.rows} baris / rows, revisi / revision {said.revision}, {said.made_at:%Y-%m-%d %H:%M} UTC"
            )
            click.echo(f"Jejak audit / audit trail: {said.head_seq} {said.head_mac}")
        if old:
            click.echo(
                f"Umur {days} hari: harus dimusnahkan, kunci yang sudah dihapus masih ada di dalamnya / "
                f"{days} days old: it must be destroyed, keys that were shredded since are still in it",
                err=True,
            )
        if looked.unopened:
            refuse(f"Kunci ini tidak membuka / this key does not open: {', '.join(looked.unopened)}")


@click.command("restore", cls=Inside)
@EXISTING
@click.option("--replace", is_flag=True, help="although the database is not empty: what is in it is lost")
@click.option("--yes", is_flag=True, help="do not ask")
@click.option(
    "--without-tombstones", metavar="REASON", help="although what was shredded may come back; kept in the audit trail"
)
@JSON
def restore_command(file: Path, replace: bool, yes: bool, without_tombstones: str | None, as_json: bool) -> None:
    """Put the backup FILE back into an empty database; what was shredded since stays shredded."""
    if without_tombstones is not None and not 20 <= len(without_tombstones.strip()) <= 200:
        refuse("Alasan: 20 sampai 200 huruf / the reason: 20 to 200 characters")
    if replace and not yes:
        where = db.engine.url.render_as_string(hide_password=True)
        click.confirm(f"Isi {where} akan hilang / what is in it will be lost. Lanjut / go on?", abort=True)
    try:
        done = restore(file, clock.now(), replace=replace, without_tombstones=without_tombstones)
    except REFUSED as refused:
        refuse(str(refused))
    except KeysAway:
        refuse("Layanan kunci tidak menjawab / the key service does not answer")
    except (DanglingRows, SQLAlchemyError) as error:
        refuse(f"Tidak ada yang diubah / nothing was changed: {type(error).__name__}")
    else:
        if as_json:
            click.echo(json.dumps({"rows": done.rows, "tombstones": done.stones}))
            return
        click.echo(f"Dipulihkan / restored: {done.rows} baris / rows; tetap terhapus / still shredded: {done.stones}")
        click.echo(
            "Periksa akun yang dinonaktifkan sejak cadangan dibuat: kini aktif lagi. Semua orang harus masuk lagi. / "
            "Look at accounts that were disabled since the backup was made: they are active again. Everybody signs in anew."
        )
