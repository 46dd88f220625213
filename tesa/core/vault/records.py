"""One sealed field: header, ciphertext, tag. Pure: the data key is given. Byte by byte in docs/ciphertext-format.md."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tesa.core.vault.encoding import joined, padded, unpadded
from tesa.core.vault.errors import Unopenable

MAGIC = b"TS"
FORMAT = 1
AES_256_GCM = 1
NONCE = 12
HEADER = 2 + 1 + 1 + 16 + 4 + NONCE
TAG = 16


@dataclass(frozen=True)
class Field:
    """Where a ciphertext lives. `owner` is the id whose data key seals it; `klass`: contact, note, dispatch or staff."""

    table: str
    column: str
    row_id: uuid.UUID
    owner: uuid.UUID
    klass: str
    revision: int = 1


@dataclass(frozen=True)
class DataKey:
    """An unwrapped data key. Never printed."""

    id: uuid.UUID
    version: int
    owner: uuid.UUID
    klass: str
    wrap_kind: str
    secret: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.id}, version={self.version}, klass={self.klass!r})"


def _header(key: DataKey, nonce: bytes) -> bytes:
    return MAGIC + bytes([FORMAT, AES_256_GCM]) + key.id.bytes + key.version.to_bytes(4, "big") + nonce


def _aad(field: Field, key: DataKey) -> bytes:
    return joined(
        b"tesa field",
        bytes([FORMAT, AES_256_GCM]),
        field.table.encode(),
        field.column.encode(),
        field.row_id.bytes,
        field.owner.bytes,
        field.klass.encode(),
        key.id.bytes,
        key.version.to_bytes(4, "big"),
        field.revision.to_bytes(4, "big"),
    )


def _cipher(field: Field, key: DataKey) -> AESGCM:
    info = joined(b"tesa field key", field.table.encode(), field.column.encode())
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.secret))


def seal_record(field: Field, key: DataKey, content: str | bytes | None) -> bytes:
    """`content` sealed under `key` for `field`. Raises ValueError for a revision outside 0 … 2³²-1."""
    if not 0 <= field.revision < 1 << 32:
        raise ValueError("revision")
    nonce = os.urandom(NONCE)
    return _header(key, nonce) + _cipher(field, key).encrypt(nonce, padded(content), _aad(field, key))


def key_id_of(blob: bytes) -> uuid.UUID:
    """The data key a record names. Raises Unopenable for what is no record."""
    if len(blob) < HEADER + TAG or blob[:4] != MAGIC + bytes([FORMAT, AES_256_GCM]):
        raise Unopenable
    return uuid.UUID(bytes=blob[4:20])


def open_record(field: Field, key: DataKey, blob: bytes) -> str | bytes | None:
    """The content of `blob`. Raises Unopenable unless it was sealed for this very field under this very key."""
    if key_id_of(blob) != key.id or int.from_bytes(blob[20:24], "big") != key.version:
        raise Unopenable
    if (key.owner, key.klass) != (field.owner, field.klass) or not 0 <= field.revision < 1 << 32:
        raise Unopenable
    nonce = blob[24:HEADER]
    try:
        return unpadded(_cipher(field, key).decrypt(nonce, blob[HEADER:], _aad(field, key)))
    except InvalidTag as error:
        raise Unopenable from error
