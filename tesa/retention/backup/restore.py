"""Put a backup back, without what was shredded since it was made, and without hiding that it happened.

In one transaction: all tables are made anew at the backup's revision, filled, brought to the newest revision; the
tombstones of the second place are carried out on the keys; sessions end, and nothing that waited to be sent is sent (it
was, long ago). Only then the database has its new content. A second transaction (`finish`) writes the entry
`backup.restored` into the audit trail, which goes on from the head that the backup had, and a line into the file of heads.
If the process dies between the two, the same command or the worker does the second part.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import Connection, Table, func, insert, inspect, select, table, update
from sqlalchemy.exc import SQLAlchemyError

from tesa.accounts.audit import heads, record
from tesa.cases.actions.shred_notes import let_drafts_go
from tesa.cases.actions.shred_person import forget_numbers
from tesa.core import failpoints
from tesa.core.db import Base, db, new_id
from tesa.core.transactions import transaction
from tesa.core.upgrade import rebuild, upgrade
from tesa.core.vault import BrokenTombstones, Tombstone, tombstone_file, vault
from tesa.core.vault.shredding import tombstones
from tesa.intake.actions.shred_contact import forget_callers
from tesa.retention.backup.archive import GENESIS, Looked, Manifest, look_through, steps
from tesa.retention.backup.rows import BATCH, insert_into
from tesa.retention.models import Restoration
from tesa.telephony.inbound import settings
from tesa.telephony.models import Heartbeat

ALIVE = timedelta(seconds=15)
SIGNS_OF_LIFE = ("account", "contact", "person", "case_file", "data_key")
HALF_WAY = 3  # tables with rows in them, after which the failpoint lies


class NotRestored(Exception):
    """The backup was not put back, and the database is as it was. The sentence is for an operator."""


@dataclass(frozen=True)
class Restored:
    """What was put back. `stones`: tombstones carried out; `finished`: only the second part was left to do."""

    rows: int
    stones: int
    finished: bool = False


def restore(path: Path, now: datetime, *, replace: bool = False, without_tombstones: str | None = None) -> Restored:
    """Put the backup at `path` into the database of the running application.

    `replace`: although there is something in it. `without_tombstones`: although they cannot be carried out, for this
    reason, which the audit trail keeps. Raises NotRestored, UnfitBackup, KeysAway, OSError.
    """
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    looked = look_through(path)
    if looked.unopened:
        raise NotRestored(f"Kunci ini tidak membuka / this key does not open: {', '.join(looked.unopened)}")
    if _left_unfinished(looked):
        _second_part(app, now)
        return Restored(looked.rows, 0, finished=True)
    seq, mac = _present_head()
    _check_free(now, replace=replace)
    stones = _stones(looked, given_up=without_tombstones is not None)
    row = Restoration(
        id=new_id(), begun_at=now, backup_made_at=looked.manifest.made_at, backup_seq=looked.manifest.head_seq,
        backup_mac=looked.manifest.head_mac, replaced_seq=seq, replaced_mac=mac, without_tombstones=without_tombstones,
    )  # fmt: skip
    rebuild(
        app,
        looked.manifest.revision,
        lambda connection: _fill(connection, path),
        lambda c: _settle(c, stones, row, now),
    )
    vault.forget()
    failpoints.reach("restore-before-finish")
    _second_part(app, now)
    return Restored(looked.rows, len(stones))


# -- may it be done?
def _left_unfinished(looked: Looked) -> bool:
    """Was this very backup put back by a process that died before it could say so?"""
    try:
        with db.engine.connect() as connection:
            if not inspect(connection).has_table("restoration"):
                return False
        query = select(Restoration).where(Restoration.finished_at.is_(None))
        same = (
            Restoration.backup_made_at == looked.manifest.made_at,
            Restoration.backup_mac == looked.manifest.head_mac,
        )
        return db.session.scalar(query.where(*same).limit(1)) is not None
    finally:
        db.session.rollback()


def _present_head() -> tuple[int, str]:
    """The head of the trail that is there now, to be named in the one that follows."""
    try:
        newest = heads.newest_entry()
    except SQLAlchemyError:  # no tables yet, or others than ours
        db.session.rollback()
        newest = None
    return (newest[0], newest[1].hex()) if newest else (0, GENESIS)


def _check_free(now: datetime, *, replace: bool) -> None:
    with db.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        used = [name for name in SIGNS_OF_LIFE if name in there and _has_rows(connection, name)]
        beat = connection.scalar(select(func.max(Heartbeat.at))) if "heartbeat" in there else None
    if used and not replace:
        raise NotRestored("Basis data tidak kosong; pakai --replace / The database is not empty; use --replace")
    if beat is not None and abs(now - beat) < ALIVE:
        raise NotRestored("TeSA sedang berjalan; hentikan dahulu / TeSA is running; stop it first")


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(select(Base.metadata.tables[name].primary_key.columns[0]).limit(1)).first() is not None


def _stones(looked: Looked, *, given_up: bool) -> list[Tombstone]:
    """What must not come back. `given_up`: none of it, if it cannot be had whole."""
    try:
        return _whole_stones(looked.manifest.tombstones)
    except BrokenTombstones as broken:
        if given_up:
            return []
        raise NotRestored(
            f'{broken}. Bawa berkas itu ke TESA_AUDIT_DIR, atau pakai --without-tombstones "alasan" / '
            'bring that file to TESA_AUDIT_DIR, or use --without-tombstones "reason"'
        ) from broken


def _whole_stones(at_least: int) -> list[Tombstone]:
    stones = tombstone_file().read()
    if len({stone.id for stone in stones}) < at_least:
        raise BrokenTombstones(
            "tombstones.jsonl lebih pendek daripada saat cadangan dibuat / is shorter than when the backup was made"
        )
    return stones


# -- first part, one transaction
def _fill(connection: Connection, path: Path) -> None:
    name, columns, waiting, filled = "", list[list[str]](), list[list[Any]](), set[str]()

    def put() -> None:
        if waiting:
            insert_into(connection, name, columns, waiting)
            waiting.clear()
            filled.add(name)
            if len(filled) == HALF_WAY:
                failpoints.reach("restore-half-way")

    for step, content in steps(path):
        if step == "manifest":
            _sweep(connection, content)
        elif step == "table":
            put()
            name, columns = content
        elif step == "row":
            waiting.append(content)
            if len(waiting) == BATCH:
                put()
    put()


def _sweep(connection: Connection, manifest: Manifest) -> None:
    """Take away the rows that migrations begin a table with: the backup holds what became of them."""
    for name in reversed(manifest.counts):  # those that point at others first
        begun = table(name)
        if connection.scalar(select(func.count()).select_from(begun)):
            connection.execute(begun.delete())


def _settle(connection: Connection, stones: Collection[Tombstone], row: Restoration, now: datetime) -> None:
    """What was shredded since stays shredded; nobody is signed in; nothing old is sent."""
    key, stone_table = _table("data_key"), _table("tombstone")
    known = set(connection.scalars(select(stone_table.c.id)))
    fresh = [vars(stone) for stone in stones if stone.id not in known]
    if fresh:
        connection.execute(insert(stone_table), fresh)
    for stone in stones:
        whose = (key.c.owner == stone.owner, key.c.klass == stone.klass, key.c.created_at <= stone.shredded_at)
        gone = update(key).where(*whose, key.c.shredded_at.is_(None))
        connection.execute(gone.values(wrapped=b"", shredded_at=stone.shredded_at))
    outbox = _table("outbox_item")
    waiting = update(outbox).where(outbox.c.state.in_(("due", "sending")))
    connection.execute(waiting.values(state="unknown", done_at=now, lease_until=None))
    session = _table("staff_session")
    connection.execute(update(session).where(session.c.ended_at.is_(None)).values(ended_at=now))
    connection.execute(_table("heartbeat").delete())
    values = {column.name: getattr(row, column.name) for column in _table("restoration").columns}
    connection.execute(insert(_table("restoration")), values)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


# -- second part
def _second_part(app: Flask, now: datetime) -> None:
    upgrade(app)  # purpose keys that the backup is too old to have
    finish(now)


def finish(now: datetime) -> bool:
    """Say in the audit trail what was put back, and forget the numbers of whoever is shredded. False: nothing was left to do."""
    row = db.session.scalar(select(Restoration).where(Restoration.finished_at.is_(None)).limit(1))
    newest = heads.newest_entry()
    if row is None:
        return False
    if newest is None or newest[2] != heads.RESTORED:
        with transaction():
            record(
                None, heads.RESTORED, "backup", row.id, now,
                backup_made_at=row.backup_made_at.isoformat(), backup_seq=row.backup_seq, backup_mac=row.backup_mac,
                replaced_seq=row.replaced_seq, replaced_mac=row.replaced_mac, without_tombstones=row.without_tombstones,
            )  # fmt: skip
    heads.write_head(settings().second_place, now)  # before anything else is written: the line names that entry
    with transaction():
        for owners in _buried():
            forget_callers(owners)
            forget_numbers(owners)
            for owner in owners:
                let_drafts_go(owner)
        db.session.merge(row).finished_at = now
    return True


def _buried() -> Iterator[list[uuid.UUID]]:
    """The owners of all tombstones, in batches."""
    last = None
    while page := tombstones(last):
        yield list({stone.owner for stone in page})
        last = page[-1].id
