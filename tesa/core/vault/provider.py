"""Where key-encryption keys live. A provider wraps keys, never data. The local file is the default.

Wrapped form of the local provider: one byte algorithm (1 AES-256-GCM-SIV, 2 AES-256-GCM), 12 bytes nonce, ciphertext
with tag. GCM-SIV where OpenSSL has it; either opens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from tesa.core.vault.errors import KeyFileProblem, Unopenable

_SIV, _GCM = 1, 2
KEY_BYTES = 32


class KeyProvider(Protocol):
    """Wraps and unwraps keys under a key-encryption key it knows by id."""

    @property
    def key_id(self) -> str:
        """The id of the key that wraps new keys."""
        ...

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """`plain` wrapped under the current key, bound to `aad`."""
        ...

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """What was wrapped under `key_id`. Raises Unopenable."""
        ...


def _siv_or_gcm() -> int:
    try:
        AESGCMSIV(bytes(KEY_BYTES))
    except UnsupportedAlgorithm:
        return _GCM
    return _SIV


def _cipher(algorithm: int, key: bytes) -> Any:
    return AESGCMSIV(key) if algorithm == _SIV else AESGCM(key)


class LocalFileKeyProvider:
    """Keys from a file that only its owner may read."""

    def __init__(self, keys: dict[str, bytes], current: str) -> None:
        self._keys = keys
        self._current = current
        self._algorithm = _siv_or_gcm()

    def __repr__(self) -> str:
        return f"LocalFileKeyProvider(key_id={self._current!r})"

    @property
    def key_id(self) -> str:
        """See KeyProvider."""
        return self._current

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """See KeyProvider."""
        nonce = os.urandom(12)
        cipher = _cipher(self._algorithm, self._keys[self._current])
        return bytes([self._algorithm]) + nonce + bytes(cipher.encrypt(nonce, plain, aad))

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """See KeyProvider."""
        key = self._keys.get(key_id)
        if key is None or len(wrapped) < 1 + 12 + 16 or wrapped[0] not in (_SIV, _GCM):
            raise Unopenable
        try:
            return bytes(_cipher(wrapped[0], key).decrypt(wrapped[1:13], wrapped[13:], aad))
        except (InvalidTag, UnsupportedAlgorithm) as error:
            raise Unopenable from error


def key_name(key: bytes) -> str:
    """The id of a key-encryption key: the beginning of its hash."""
    return "kek-" + hashlib.sha256(b"tesa kek" + key).hexdigest()[:12]


def create_key_file(path: Path) -> None:
    """Make a key file with one fresh key, readable by its owner alone. Raises FileExistsError if there is one."""
    key = os.urandom(KEY_BYTES)
    name = key_name(key)
    content = {"format": 1, "current": name, "keys": {name: base64.b64encode(key).decode()}}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def local_provider(path: Path, forbidden_root: Path | None = None) -> LocalFileKeyProvider:
    """The provider for the key file at `path`.

    Raises KeyFileProblem when it is missing, may be read by others, lies inside `forbidden_root` (the program's own
    files), or does not hold what it should. There is no fallback.
    """
    if forbidden_root is not None and path.resolve().is_relative_to(forbidden_root.resolve()):
        raise KeyFileProblem(
            f"TESA_KEY_FILE: {path} terletak di antara berkas program; pindahkan / lies among the program's files; move it"
        )
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileProblem(
            f"TESA_KEY_FILE: {path} tidak dapat dibaca; jalankan `tesa init` / cannot be read; run `tesa init`"
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileProblem(
            f"TESA_KEY_FILE: {path} dapat dibaca orang lain; jalankan chmod 600 / can be read by others; run chmod 600"
        )
    return _parsed(path, text)


def _parsed(path: Path, text: str) -> LocalFileKeyProvider:
    try:
        content = json.loads(text)
        keys = {name: base64.b64decode(value, validate=True) for name, value in content["keys"].items()}
        current = content["current"]
        fit = content["format"] == 1 and current in keys
        fit = fit and all(len(key) == KEY_BYTES and key_name(key) == name for name, key in keys.items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyFileProblem(
            f"TESA_KEY_FILE: {path} bukan berkas kunci TeSA / is not a key file of TeSA"
        ) from error
    if not fit:
        raise KeyFileProblem(f"TESA_KEY_FILE: {path} rusak / is damaged")
    return LocalFileKeyProvider(keys, current)
