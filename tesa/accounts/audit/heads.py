"""The newest entry, written out to a second place: from there one sees when the end of the chain has been cut off.

`heads.jsonl` in TESA_AUDIT_DIR gets a line every hour, when the worker stops, and after each check:

    {"at":"…","entries":1204,"kind":"head","mac":"…","seq":1204}

After a backup has been restored the chain is shorter than heads that were written before. That is no fault when it says
so itself: a line of kind `restored` points to the entry `backup.restored`, and replaces every earlier head from there on.

The folder belongs on another disk or machine than the database (a mounted share that TeSA may only append to is best).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core.db import db

NAME = "heads.jsonl"
EVERY = timedelta(hours=1)
RESTORED = "backup.restored"  # the act of the entry that a restoration leaves


class UnreadableHeads(Exception):
    """A line of the file of heads is not as it was written. The sentence is for an operator."""


@dataclass(frozen=True)
class Head:
    """One line: entry `seq` of the chain had this mac. `restored`: it is the entry that a restoration left."""

    seq: int
    mac: bytes
    at: datetime
    restored: bool = False


@dataclass(frozen=True)
class Compared:
    """What the heads say of a chain. `missing`: a head that the chain does not hold; `restored`: entries that did."""

    heads: int
    missing: Head | None = None
    restored: tuple[int, ...] = ()


def newest_entry() -> tuple[int, bytes, str] | None:
    """seq, mac and act of the newest entry; None for an empty trail. Ends the reading transaction."""
    columns = AuditEntry.__table__.c
    row = db.session.execute(
        select(columns.seq, columns.mac, columns.act).order_by(columns.seq.desc()).limit(1)
    ).first()
    db.session.rollback()
    return None if row is None else (row.seq, row.mac, row.act)


def write_head(folder: Path, now: datetime, *, every: timedelta | None = None) -> bool:
    """Write the newest entry down; on the disk when this returns. False when there was nothing to write.

    `every`: not if the last line is younger than that, whoever wrote it. After a restoration the line says so.
    Raises OSError.
    """
    newest = newest_entry()
    if newest is None:
        return False
    seq, mac, act = newest
    kind = "restored" if act == RESTORED else "head"
    line = {"kind": kind, "seq": seq, "mac": mac.hex(), "at": now.isoformat(), "entries": seq}
    return _append(folder, line, now, every)


def _append(folder: Path, line: dict[str, Any], now: datetime, every: timedelta | None) -> bool:
    fresh_folder = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8192))
        tail = file.read()
        whole, _newline, torn = tail.rpartition(b"\n")
        if torn:  # half a line of a process that died
            file.truncate(size - len(torn))
        last = _parsed(whole.rpartition(b"\n")[2]) if whole else None
        if last is not None and every is not None and timedelta(0) <= now - last.at < every:
            return False
        file.seek(0, os.SEEK_END)
        file.write(json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if fresh_folder:
        _keep_name(folder)
    return True


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _parsed(line: bytes) -> Head | None:
    try:
        said = json.loads(line)
        mac, at = bytes.fromhex(said["mac"]), datetime.fromisoformat(said["at"])
        if said["kind"] not in ("head", "restored") or type(said["seq"]) is not int or at.tzinfo is None:
            return None
        return Head(said["seq"], mac, at, said["kind"] == "restored")
    except (ValueError, KeyError, TypeError):
        return None


def read_heads(path: Path) -> list[Head]:
    """The lines of a file of heads, oldest first; half a line at the end is left out.

    Raises UnreadableHeads for a line that is not one, OSError.
    """
    lines = path.read_bytes().split(b"\n")[:-1]
    heads = []
    for number, line in enumerate(lines, 1):
        head = _parsed(line)
        if head is None:
            raise UnreadableHeads(f"{path}: baris {number} rusak / line {number} is broken")
        heads.append(head)
    return heads


@dataclass
class Comparison:
    """Looks at the entries of a check (`look`), and says afterwards what of the heads was missing."""

    heads: list[Head]
    _macs: dict[int, bytes] = field(default_factory=dict)
    _restored: set[int] = field(default_factory=set)
    _wanted: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._wanted = {head.seq for head in self.heads}

    def look(self, entry: Any) -> None:
        """Remember what the heads speak of."""
        if entry.seq in self._wanted:
            self._macs[entry.seq] = entry.mac
            if entry.act == RESTORED:
                self._restored.add(entry.seq)

    def result(self) -> Compared:
        """The first head that still holds and that the chain does not have, and the restorations on the way."""
        restored = tuple(h.seq for h in self.heads if h.restored and self._has(h) and h.seq in self._restored)
        missing = next((h for h in self._standing() if not self._has(h)), None)
        return Compared(len(self.heads), missing, restored)

    def _has(self, head: Head) -> bool:
        return self._macs.get(head.seq) == head.mac

    def _standing(self) -> Iterable[Head]:
        """The heads that no later restoration, itself in the chain, has replaced."""
        standing: list[Head] = []
        for head in self.heads:
            if head.restored and self._has(head) and head.seq in self._restored:
                standing = [h for h in standing if h.seq < head.seq]
            standing.append(head)
        return standing
