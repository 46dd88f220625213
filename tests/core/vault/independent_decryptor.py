"""A second way to open a ciphertext, written from docs/ciphertext-format.md, sharing no code with the vault.

Rows are plain mappings, as a dump of the database would give them.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Row = Mapping[str, Any]
Keks = Mapping[str, bytes]


def lp(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def hkdf(secret: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def unwrap_local(keks: Keks, kek: str, wrapped: bytes, aad: bytes) -> bytes:
    cipher = {1: AESGCMSIV, 2: AESGCM}[wrapped[0]](keks[kek])
    return bytes(cipher.decrypt(wrapped[1:13], wrapped[13:], aad))


def purpose_secret(keks: Keks, row: Row) -> bytes:
    bound = lp(b"tesa purpose key", row["name"].encode(), struct.pack(">I", row["version"]), row["kek_id"].encode())
    return unwrap_local(keks, row["kek_id"], row["wrapped"], bound)


def data_key(keks: Keks, row: Row, intake: Callable[[int], Row]) -> bytes:
    """The data key of a row of `data_key`; `intake` gives a version of the purpose key `intake`."""
    aad = lp(
        b"tesa data key", uuid.UUID(str(row["id"])).bytes, struct.pack(">I", row["version"]),
        uuid.UUID(str(row["owner"])).bytes, row["klass"].encode(), row["wrap_kind"].encode(),
        row["wrapped_under"].encode(),
    )  # fmt: skip
    wrapped = row["wrapped"]
    if row["wrap_kind"] == "kek":
        return unwrap_local(keks, row["wrapped_under"], wrapped, aad)
    pair = intake(int(row["wrapped_under"].split("-")[1]))
    private = X25519PrivateKey.from_private_bytes(purpose_secret(keks, pair))
    ephemeral = wrapped[:32]
    secret = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    return AESGCM(hkdf(secret, aad, ephemeral + pair["public"])).decrypt(wrapped[32:44], wrapped[44:], aad)


def key_of(blob: bytes) -> uuid.UUID:
    """The id of the data key that a ciphertext names."""
    assert blob[:4] == b"TS\x01\x01"
    return uuid.UUID(bytes=blob[4:20])


def opened(secret: bytes, place: Row, blob: bytes) -> str | bytes | None:
    """What is sealed in `blob`. `place` holds table, column, row_id, owner, klass and revision."""
    key = hkdf(secret, lp(b"tesa field key", place["table"].encode(), place["column"].encode()))
    aad = lp(
        b"tesa field", b"\x01\x01", place["table"].encode(), place["column"].encode(),
        uuid.UUID(str(place["row_id"])).bytes, uuid.UUID(str(place["owner"])).bytes, place["klass"].encode(),
        blob[4:20], blob[20:24], struct.pack(">I", place["revision"]),
    )  # fmt: skip
    body = AESGCM(key).decrypt(blob[24:36], blob[36:], aad)
    kind, length = struct.unpack(">BI", body[:5])
    raw = body[5 : 5 + length]
    return {0: lambda: None, 1: lambda: raw.decode("utf-8", "surrogatepass"), 2: lambda: raw}[kind]()


def blind_index(secret: bytes, version: int, kind: str, value: str) -> int:
    digest = hmac.new(secret, lp(kind.encode(), value.encode()), hashlib.sha256).digest()
    return version << 12 | int.from_bytes(digest, "big") >> 244
