"""The file of a backup: a sealed stream (core/vault/streams.py) of compressed lines of JSON.

    {"manifest": {"format", "revision", "made_at", "database", "counts": {table: rows}, "tombstones", "head": {"seq", "mac"}}}
    {"table": name, "columns": [[name, kind], …]}      followed by its rows, each a list
    {"end": {"rows": number, "sha256": of all lines before}}

It is one picture of one moment, though others write meanwhile, and no process ever sees half a file: it is written aside,
brought to the disk and then takes its name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, select

from tesa.core import failpoints
from tesa.core.db import Base, db
from tesa.core.vault import Unopenable, vault
from tesa.core.vault.streams import Header, open_stream, seal_stream, stream_header
from tesa.core.vault.wraps import purpose_key_aad
from tesa.retention.backup.rows import columns_of, count_of, revision_of, rows_of, tables_of

WHAT = "tesa backup"
FORMAT = 1
KEPT = timedelta(days=30)  # then it has to be destroyed: in it lie keys that have been shredded since
GENESIS = "0" * 64


class UnfitBackup(Exception):
    """The file is no backup, not whole, or not one that this program can use. The sentence is for an operator."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself, behind the seal."""

    revision: str
    made_at: datetime
    database: str
    counts: dict[str, int]
    tombstones: int
    head_seq: int
    head_mac: str


@dataclass(frozen=True)
class Looked:
    """What looking through a whole backup found."""

    manifest: Manifest
    rows: int
    unopened: tuple[str, ...] = field(default=())  # purpose keys in it that the present key does not open

    def age(self, now: datetime) -> timedelta:
        """How old it is."""
        return now - self.manifest.made_at

    def too_old(self, now: datetime) -> bool:
        """Has it to be destroyed?"""
        return self.age(now) > KEPT


def make_backup(path: Path, now: datetime) -> Manifest:
    """Write a backup of the running application's database to `path`, replacing what is there.

    It is on the disk, readable by its owner alone, when this returns. Raises UnknownTables, KeysAway, OSError.
    """
    aside = path.with_name(f".{path.name}.partial")
    said: list[Manifest] = []
    with _snapshot() as connection:
        parts = _compressed(_lines(connection, now, said.append))
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)  # it may be left over from an attempt under other rights
            for piece in seal_stream(vault.provider, WHAT, now, parts):
                file.write(piece)
            file.flush()
            os.fsync(descriptor)
    failpoints.reach("backup-before-rename")
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return said[0]


def _snapshot() -> Connection:
    """A connection that sees one moment, whatever is written meanwhile."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return connection  # SQLite: a reading transaction in WAL mode


def _lines(connection: Connection, now: datetime, tell: Callable[[Manifest], None]) -> Iterator[bytes]:
    tables = tables_of(connection)
    manifest = _manifest(connection, now, {table.name: count_of(connection, table) for table in tables})
    tell(manifest)
    digest, rows = hashlib.sha256(), 0

    def line(content: Any) -> bytes:
        raw = json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
        digest.update(raw)
        return raw

    yield line({"manifest": _as_json(manifest)})
    for table in tables:
        yield line({"table": table.name, "columns": columns_of(table)})
        for row in rows_of(connection, table):
            rows += 1
            yield line(row)
    yield line({"end": {"rows": rows, "sha256": digest.hexdigest()}})


def _manifest(connection: Connection, now: datetime, counts: dict[str, int]) -> Manifest:
    trail = Base.metadata.tables["audit_entry"].c
    head = connection.execute(select(trail.seq, trail.mac).order_by(trail.seq.desc()).limit(1)).first()
    seq, mac = (head.seq, head.mac.hex()) if head else (0, GENESIS)
    return Manifest(revision_of(connection), now, connection.dialect.name, counts, counts["tombstone"], seq, mac)


def _as_json(manifest: Manifest) -> dict[str, Any]:
    said = {name: value for name, value in vars(manifest).items() if name not in ("head_seq", "head_mac")}
    head = {"seq": manifest.head_seq, "mac": manifest.head_mac}
    return {"format": FORMAT, **said, "made_at": manifest.made_at.isoformat(), "head": head}


def _compressed(lines: Iterator[bytes]) -> Iterator[bytes]:
    press = zlib.compressobj(1)  # the ciphertexts do not shrink; what base64 adds to them does
    for line in lines:
        yield press.compress(line)
    yield press.flush()


Step = tuple[str, Any]


def header_of(path: Path) -> Header:
    """What the file says in clear. Raises UnfitBackup."""
    with path.open("rb") as file:
        return _header(file)


def _header(file: BinaryIO) -> Header:
    try:
        header = stream_header(file)
    except Unopenable as error:
        raise UnfitBackup("Berkas ini bukan cadangan TeSA / This file is no backup of TeSA") from error
    if header.what != WHAT:
        raise UnfitBackup("Berkas ini bukan cadangan TeSA / This file is no backup of TeSA")
    return header


def steps(path: Path) -> Iterator[Step]:
    """The content in order: ("manifest", Manifest), ("table", (name, columns)), ("row", values) …, ("end", rows).

    The end is given only when everything was whole; whoever acts on a step before it can still take it back.
    Raises UnfitBackup, KeysAway.
    """
    digest, rows = hashlib.sha256(), 0
    ended = False
    for raw in _plain_lines(path):
        content = json.loads(raw)
        if ended:
            raise _damaged()
        if isinstance(content, list):
            rows += 1
            yield "row", content
        elif "table" in content:
            yield "table", (content["table"], content["columns"])
        elif "manifest" in content:
            yield "manifest", _manifest_of(content["manifest"])
        else:
            if content["end"] != {"rows": rows, "sha256": digest.hexdigest()}:
                raise _damaged()
            ended = True
        digest.update(raw)
    if not ended:
        raise _damaged()
    yield "end", rows


def _plain_lines(path: Path) -> Iterator[bytes]:
    inflate, rest = zlib.decompressobj(), b""
    with path.open("rb") as file:
        header = _header(file)
        try:
            for chunk in open_stream(vault.provider, header, file):
                rest += inflate.decompress(chunk)
                *whole, rest = rest.split(b"\n")
                yield from (line + b"\n" for line in whole)
        except (Unopenable, zlib.error) as error:
            raise UnfitBackup(
                f"Cadangan ini rusak, terpotong, atau dikunci dengan kunci lain ({header.kek}) / "
                f"This backup is damaged, cut off, or locked with another key ({header.kek})"
            ) from error
    if rest or not inflate.eof:
        raise _damaged()


def _damaged() -> UnfitBackup:
    return UnfitBackup("Cadangan ini rusak / This backup is damaged")


def _manifest_of(said: dict[str, Any]) -> Manifest:
    if said["format"] != FORMAT:
        raise UnfitBackup("Cadangan ini dari versi TeSA yang lebih baru / This backup is of a newer TeSA")
    return Manifest(
        said["revision"], datetime.fromisoformat(said["made_at"]), said["database"], said["counts"], said["tombstones"],
        said["head"]["seq"], said["head"]["mac"],
    )  # fmt: skip


def look_through(path: Path) -> Looked:
    """Open the whole backup, compare hashes and counts, and try its purpose keys. Raises UnfitBackup, KeysAway, OSError."""
    manifest: Manifest | None = None
    counted: Counter[str] = Counter()
    name, columns = "", list[list[str]]()
    unopened: list[str] = []
    rows = 0
    for step, content in steps(path):
        if step == "manifest":
            manifest = content
        elif step == "table":
            name, columns = content
            counted[name] += 0
        elif step == "row":
            counted[name] += 1
            if name == "purpose_key":
                unopened += _unopened(dict(zip((n for n, _kind in columns), content, strict=True)))
        else:
            rows = content
    if manifest is None or dict(counted) != manifest.counts:
        raise _damaged()
    return Looked(manifest, rows, tuple(unopened))


def _unopened(row: dict[str, Any]) -> list[str]:
    aad = purpose_key_aad(row["name"], row["version"], row["kek_id"])
    try:
        vault.provider.unwrap(base64.b64decode(row["wrapped"]), aad, row["kek_id"])
    except Unopenable:
        return [f"{row['name']} {row['version']}"]
    return []
