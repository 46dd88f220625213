"""The file of the local key provider: made once, read at every start, refused when it is not fit."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tesa.core.vault.errors import KeyFileProblem
from tesa.core.vault.live_key_file import LiveKeyFile
from tesa.core.vault.provider import KEY_BYTES
from tesa.core.vault.providers.local_file import LocalFileKeyProvider

LARGEST = 64 * 1024  # bytes; some hundred keys
DATA_FOLDER = "instance"  # below the program, yet no part of it: version control leaves it out


def key_name(key: bytes) -> str:
    """The id of a key-encryption key: the beginning of its hash."""
    return "kek-" + hashlib.sha256(b"tesa kek" + key).hexdigest()[:12]


def create_key_file(path: Path) -> None:
    """Make a key file with one fresh key, readable by its owner alone; it is on the disk when this returns.

    Raises FileExistsError if there is one: it may be all that opens a database.
    """
    key = os.urandom(KEY_BYTES)
    write_key_file(path, {key_name(key): key}, key_name(key))


def write_key_file(path: Path, keys: Mapping[str, bytes], current: str) -> None:
    """A new key file with these keys. Raises FileExistsError if there is one."""
    written = {name: base64.b64encode(key).decode() for name, key in keys.items()}
    content = {"format": 1, "current": current, "keys": written}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too
        finally:
            os.close(folder)
    except BaseException:
        path.unlink(missing_ok=True)  # half a key file would only stand in the way of the next attempt
        raise


def local_provider(path: Path, forbidden_root: Path | None = None) -> LiveKeyFile:
    """The provider for the key file at `path`, which may change while TeSA runs.

    Raises KeyFileProblem, naming TESA_KEY_FILE, when it is missing, may be read by others, lies among the program's
    files below `forbidden_root` (its folder `instance` is allowed), or does not hold what it should. No fallback.
    """
    try:
        return LiveKeyFile(path, partial(_read_fit, path, forbidden_root), key_name)
    except OSError as error:
        raise _unreadable(path) from error


def _read_fit(path: Path, forbidden_root: Path | None) -> LocalFileKeyProvider:
    if forbidden_root is not None and _among_the_program(path.resolve(), forbidden_root.resolve()):
        raise _problem(path, "terletak di antara berkas program; pindahkan", "lies among the program's files; move it")
    try:
        mode, raw = _read(path)
    except OSError as error:
        raise _unreadable(path) from error
    if not stat.S_ISREG(mode):
        raise _problem(path, "bukan berkas biasa", "is no regular file")
    if stat.S_IMODE(mode) & 0o077:
        raise _problem(path, "dapat dibaca orang lain; jalankan chmod 600", "can be read by others; run chmod 600")
    return _parsed(path, raw)


def _among_the_program(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and not path.is_relative_to(root / DATA_FOLDER)


def _read(path: Path) -> tuple[int, bytes]:
    """Mode and content (one byte more than LARGEST at most) of the very file that was opened (not of one put there in between)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hang the start
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        return mode, file.read(LARGEST + 1) if stat.S_ISREG(mode) else b""


def _parsed(path: Path, raw: bytes) -> LocalFileKeyProvider:
    try:
        content = json.loads(raw.decode("ascii"))
        keys = {name: base64.b64decode(value, validate=True) for name, value in content["keys"].items()}
        current = content["current"]
        fit = content["format"] == 1 and current in keys
        fit = fit and all(len(key) == KEY_BYTES and key_name(key) == name for name, key in keys.items())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # "from None": what the parser complains about may quote the file
        raise _problem(path, "bukan berkas kunci TeSA", "is not a key file of TeSA") from None
    if not fit or len(raw) > LARGEST:
        raise _problem(path, "rusak", "is damaged")
    return LocalFileKeyProvider(keys, current)


def _unreadable(path: Path) -> KeyFileProblem:
    return _problem(path, "tidak dapat dibaca; jalankan `tesa init`", "cannot be read; run `tesa init`")


def _problem(path: Path, indonesian: str, english: str) -> KeyFileProblem:
    return KeyFileProblem(f"TESA_KEY_FILE: {path} {indonesian} / {english}")
