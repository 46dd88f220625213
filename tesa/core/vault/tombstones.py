"""The file of tombstones, in the second place: from it a restored backup learns what must not come back.

`tombstones.jsonl` holds two kinds of lines. A `key` line carries the file's own secret, wrapped by the key provider;
when the key-encryption key changes another one is added. A `shredded` line names what was destroyed; its mac covers the
mac before it and the whole line, so that nothing can be changed, put in or taken out without being noticed. Only cutting
off the end leaves no trace here; whoever restores compares with what the backup says there was.

Appending takes the file's lock, cuts off half a line that a dying process may have left, and is on the disk when it
returns.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from flask import Flask, current_app

from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import Unopenable
from tesa.core.vault.provider import KEY_BYTES, KeyProvider

NAME = "tombstones.jsonl"
FIRST = "0" * 64


class BrokenTombstones(Exception):
    """The file of tombstones is missing, or not as it was written. The sentence is for an operator."""


@dataclass(frozen=True)
class Tombstone:
    """What `owner` had sealed in `klass` until `shredded_at` was destroyed, because of `why` (a code)."""

    id: uuid.UUID
    owner: uuid.UUID
    klass: str
    why: str
    shredded_at: datetime


class TombstoneFile:
    """The tombstones below one folder."""

    def __init__(self, folder: Path, provider: KeyProvider) -> None:
        self.path = folder / NAME
        self._provider = provider
        self._known = (b"", b"")  # first line and secret, once opened: shredding must not ask a key service each time

    def prepare(self) -> None:
        """Make the file if there is none, and see to it that the present key-encryption key opens it."""
        with self._locked() as file:
            self._prepared(file)

    def append(self, *stones: Tombstone) -> None:
        """Add `stones`; they are on the disk when this returns. Raises BrokenTombstones, KeysAway, OSError."""
        if not stones:
            return
        with self._locked() as file:
            secret, (prev, seq) = self._known_secret(file), _head(file)
            added = []
            for stone in stones:
                seq += 1
                line = _said(stone, seq)
                prev = line["mac"] = _mac(secret, prev, line)
                added.append(line)
            _write(file, added)

    def read(self) -> list[Tombstone]:
        """All tombstones. Half a line at the end is left out.

        Raises BrokenTombstones when there is no file or a line is not as it was written; KeysAway.
        """
        try:
            lines = _lines(self.path.read_bytes())
        except FileNotFoundError as error:
            raise BrokenTombstones(f"{self.path} tidak ada / is missing") from error
        secret, prev, stones = self._secret(lines), FIRST, list[Tombstone]()
        for line in lines:
            if line.get("kind") != "shredded":
                continue
            mac = _mac(secret, prev, {name: value for name, value in line.items() if name != "mac"})
            if line.get("seq") != len(stones) + 1 or not hmac.compare_digest(mac, str(line.get("mac"))):
                raise BrokenTombstones(f"{self.path} rusak pada baris / is broken at tombstone {len(stones) + 1}")
            stones.append(_stone(line))
            prev = mac
        return stones

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # given back when the file is closed
            yield file

    def _known_secret(self, file: BinaryIO) -> bytes:
        file.seek(0)
        first, secret = self._known
        if not first or file.readline() != first:  # it may have been lost and made anew
            secret = self._prepared(file)
            file.seek(0)
            self._known = (file.readline(), secret)
        return secret

    def _prepared(self, file: BinaryIO) -> bytes:
        """The secret of the locked file."""
        file.seek(0)
        lines = _lines(file.read())
        secret = self._secret(lines) if lines else os.urandom(KEY_BYTES)
        if not any(line.get("kek") == self._provider.key_id for line in lines):
            _write(file, [self._key_line(secret)])
            _keep_name(self.path.parent)
        return secret

    def _key_line(self, secret: bytes) -> dict[str, Any]:
        under = self._provider.key_id
        wrapped = self._provider.wrap(secret, _aad(under))
        return {"kind": "key", "kek": under, "wrapped": base64.b64encode(wrapped).decode()}

    def _secret(self, lines: list[dict[str, Any]]) -> bytes:
        for line in lines:
            if line.get("kind") == "key":
                try:
                    under, wrapped = line["kek"], base64.b64decode(line["wrapped"], validate=True)
                    return self._provider.unwrap(wrapped, _aad(under), under)
                except (Unopenable, ValueError, KeyError):
                    continue
        raise BrokenTombstones(f"{self.path} tidak terbuka dengan kunci ini / is not opened by this key")


def init_tombstones(app: Flask, folder: Path) -> None:
    """Give `app`, which has its vault, the file of tombstones below `folder`."""
    app.extensions["tesa_tombstones"] = TombstoneFile(folder, app.extensions["tesa_vault"].provider)


def tombstone_file() -> TombstoneFile:
    """The file of the running application."""
    file: TombstoneFile = current_app.extensions["tesa_tombstones"]
    return file


def _lines(raw: bytes) -> list[dict[str, Any]]:
    """The whole lines. Raises BrokenTombstones for one that is no JSON object."""
    lines = []
    for number, text in enumerate(raw[: raw.rfind(b"\n") + 1].splitlines(), 1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise BrokenTombstones(f"{NAME} rusak pada baris / is broken at line {number}") from error
        if not isinstance(line, dict):
            raise BrokenTombstones(f"{NAME} rusak pada baris / is broken at line {number}")
        lines.append(line)
    return lines


def _head(file: BinaryIO) -> tuple[str, int]:
    """The last mac and its number, looked for from the end: the file grows for years."""
    size, reach = file.seek(0, os.SEEK_END), 64 * 1024
    while True:
        file.seek(max(0, size - reach))
        tail = file.read()
        if reach < size:
            tail = tail[tail.find(b"\n") + 1 :]
        for line in reversed(_lines(tail)):
            if line.get("kind") == "shredded":
                return line["mac"], line["seq"]
        if reach >= size:
            return FIRST, 0
        reach *= 4


def _write(file: BinaryIO, lines: list[dict[str, Any]]) -> None:
    """Add lines to the locked file and wait for the disk. Half a line of a process that died is cut off first: its
    tombstone is in the table and comes again.
    """
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 64 * 1024)
    file.seek(start)
    file.seek(start + file.read().rfind(b"\n") + 1)
    file.truncate()
    file.write(b"".join(_canonical(line) + b"\n" for line in lines))
    file.flush()
    os.fsync(file.fileno())


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _said(stone: Tombstone, seq: int) -> dict[str, Any]:
    return {
        "kind": "shredded", "seq": seq, "id": str(stone.id), "owner": str(stone.owner), "klass": stone.klass,
        "why": stone.why, "at": stone.shredded_at.isoformat(),
    }  # fmt: skip


def _stone(line: dict[str, Any]) -> Tombstone:
    at = datetime.fromisoformat(line["at"])
    return Tombstone(uuid.UUID(line["id"]), uuid.UUID(line["owner"]), line["klass"], line["why"], at)


def _mac(secret: bytes, prev: str, line: dict[str, Any]) -> str:
    return hmac.digest(secret, joined(b"tesa tombstone", prev.encode(), _canonical(line)), "sha256").hex()


def _canonical(line: dict[str, Any]) -> bytes:
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _aad(under: str) -> bytes:
    return joined(b"tesa tombstones", under.encode())
