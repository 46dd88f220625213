"""Keys from a file of this machine, the default (see key_file.py for the file itself).

Wrapped form: one byte algorithm (1 AES-256-GCM-SIV, 2 AES-256-GCM), 12 bytes nonce, ciphertext with tag. GCM-SIV where
OpenSSL has it; either opens.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from tesa.core.vault.errors import Unopenable
from tesa.core.vault.provider import KEY_BYTES

_SIV, _GCM = 1, 2


def _siv_or_gcm() -> int:
    try:
        AESGCMSIV(bytes(KEY_BYTES))
    except UnsupportedAlgorithm:
        return _GCM
    return _SIV


def _cipher(algorithm: int, key: bytes) -> AESGCM | AESGCMSIV:
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

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of all keys."""
        return frozenset(self._keys)

    def keys(self) -> Mapping[str, bytes]:
        """The keys themselves, by id: for whoever writes the file anew."""
        return MappingProxyType(self._keys)

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """See KeyProvider."""
        nonce = os.urandom(12)
        cipher = _cipher(self._algorithm, self._keys[self._current])
        return bytes([self._algorithm]) + nonce + cipher.encrypt(nonce, plain, aad)

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """See KeyProvider."""
        key = self._keys.get(key_id)
        if key is None or len(wrapped) < 1 + 12 + 16 or wrapped[0] not in (_SIV, _GCM):
            raise Unopenable
        try:
            return _cipher(wrapped[0], key).decrypt(wrapped[1:13], wrapped[13:], aad)
        except (InvalidTag, UnsupportedAlgorithm) as error:
            raise Unopenable from error
