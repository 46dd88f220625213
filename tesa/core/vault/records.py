"""One sealed field: header, ciphertext, tag. Pure: the data key is given. Byte by byte in docs/ciphertext-format.md."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tesa.core.vault.encoding import joined, padded, unpadded
from tesa.core.vault.errors import Unopenable

MAGIC = b"TS"
FORMAT = 1
AES_256_GCM = 1
ALGORITHM = bytes([FORMAT, AES_256_GCM])
_FOUR, _SIXTEEN = (4).to_bytes(4, "big"), (16).to_bytes(4, "big")
NONCE = 12
HEADER = 2 + 1 + 1 + 16 + 4 + NONCE
TAG = 16
ID_ENDS = 2 + 1 + 1 + 16


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
class ColumnKey:
    """All that is the same for every row of a data key's column: cipher, header up to the nonce, and the AAD without
    row and revision.
    """

    cipher: AESGCM
    header: bytes
    before_row: bytes
    after_row: bytes


@dataclass(frozen=True)
class DataKey:
    """An unwrapped data key. Never printed."""

    id: uuid.UUID
    version: int
    owner: uuid.UUID
    klass: str
    wrap_kind: str
    secret: bytes
    # what has been derived from it so far, by table and column: a class has a handful
    derived: dict[tuple[str, str], ColumnKey] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"DataKey({self.id}, version={self.version}, klass={self.klass!r})"


def _named(*words: str) -> bytes:
    return joined(*(word.encode() for word in words))


def _column_key(place: Field, key: DataKey) -> ColumnKey:
    found = key.derived.get((place.table, place.column))
    if found is None:
        info = joined(b"tesa field key") + _named(place.table, place.column)
        secret = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.secret)
        version = key.version.to_bytes(4, "big")
        found = key.derived[place.table, place.column] = ColumnKey(
            AESGCM(secret),
            MAGIC + ALGORITHM + key.id.bytes + version,
            joined(b"tesa field", ALGORITHM) + _named(place.table, place.column) + _SIXTEEN,
            joined(key.owner.bytes, key.klass.encode(), key.id.bytes, version) + _FOUR,
        )
    return found


def _aad(place: Field, column: ColumnKey) -> bytes:
    """Ten parts, each behind its length, as `joined` would give them."""
    return column.before_row + place.row_id.bytes + column.after_row + place.revision.to_bytes(4, "big")


def _is_of(key: DataKey, place: Field) -> bool:
    return key.owner == place.owner and key.klass == place.klass


def seal_record(place: Field, key: DataKey, content: str | bytes | None) -> bytes:
    """`content` sealed under `key` for `place`.

    Raises ValueError for a key of another owner or class, and for a revision outside 0 … 2³²-1.
    """
    if not _is_of(key, place) or not 0 <= place.revision < 1 << 32:
        raise ValueError("revision" if _is_of(key, place) else "key")
    column, nonce = _column_key(place, key), os.urandom(NONCE)
    return b"".join((column.header, nonce, column.cipher.encrypt(nonce, padded(content), _aad(place, column))))


def key_id_of(blob: bytes) -> bytes:
    """The id of the data key that a record names, 16 bytes. Raises Unopenable for what is no record."""
    if len(blob) < HEADER + TAG:
        raise Unopenable
    return key_id_of_head(blob)


def key_id_of_head(head: bytes) -> bytes:
    """The same from the first bytes of a record, ID_ENDS of them at least."""
    if len(head) < ID_ENDS or head[:4] != MAGIC + ALGORITHM:
        raise Unopenable
    return head[4:ID_ENDS]


def open_record(place: Field, key: DataKey, blob: bytes) -> str | bytes | None:
    """The content of `blob`. Raises Unopenable unless it was sealed for this very field under this very key."""
    if key_id_of(blob) != key.id.bytes or int.from_bytes(blob[20:24], "big") != key.version:
        raise Unopenable
    if not _is_of(key, place) or not 0 <= place.revision < 1 << 32:
        raise Unopenable
    column = _column_key(place, key)
    try:
        return unpadded(column.cipher.decrypt(blob[24:HEADER], memoryview(blob)[HEADER:], _aad(place, column)))
    except InvalidTag as error:
        raise Unopenable from error
