"""One long stream sealed as a whole: a backup. Cut off, changed, reordered or mixed with another, it does not open.

    line 1   header, JSON, ended by a newline: format, what it is, key-encryption key, wrapped stream key, when it was made
    then     chunks: AES-256-GCM of at most 64 KiB each, all but the last exactly that

The stream key is random, for this stream alone. The nonce counts the chunks and marks the last one (7 bytes zero, 4 bytes
counter, 1 byte mark), so that a missing end shows; the associated data of every chunk is the hash of the header.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import Unopenable
from tesa.core.vault.provider import KEY_BYTES, KeyProvider

CHUNK = 64 * 1024
TAG = 16
FORMAT = 1
LONGEST_HEADER = 16 * 1024


@dataclass(frozen=True)
class Header:
    """What a stream says of itself in clear. It is believed only once the first chunk has opened."""

    what: str
    kek: str
    made_at: datetime
    raw: bytes
    wrapped: bytes


def seal_stream(provider: KeyProvider, what: str, made_at: datetime, parts: Iterable[bytes]) -> Iterator[bytes]:
    """`parts`, of any size, as a sealed stream that says it is `what`, made at `made_at`. Raises KeysAway."""
    secret = os.urandom(KEY_BYTES)
    under = provider.key_id
    fields = {"format": FORMAT, "what": what, "made_at": made_at.isoformat(), "kek": under}
    wrapped = provider.wrap(secret, _aad(fields))
    raw = json.dumps({**fields, "wrapped": base64.b64encode(wrapped).decode()}, sort_keys=True).encode() + b"\n"
    yield raw
    cipher, bound, number, rest = AESGCM(secret), hashlib.sha256(raw).digest(), 0, b""
    for part in parts:
        rest += part
        while len(rest) > CHUNK:  # one whole chunk is held back: it may be the last
            yield cipher.encrypt(_nonce(number, last=False), rest[:CHUNK], bound)
            number, rest = number + 1, rest[CHUNK:]
    yield cipher.encrypt(_nonce(number, last=True), rest, bound)


def stream_header(file: BinaryIO) -> Header:
    """The header of the stream that begins here, which `open_stream` then goes on with. Raises Unopenable."""
    raw = file.readline(LONGEST_HEADER)
    try:
        said: dict[str, Any] = json.loads(raw)
        fit = raw.endswith(b"\n") and said["format"] == FORMAT
        made_at = datetime.fromisoformat(said["made_at"])
        header = Header(
            str(said["what"]), str(said["kek"]), made_at, raw, base64.b64decode(said["wrapped"], validate=True)
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unopenable from error
    if not fit or made_at.tzinfo is None:
        raise Unopenable
    return header


def open_stream(provider: KeyProvider, header: Header, file: BinaryIO) -> Iterator[bytes]:
    """The content behind `header`, chunk by chunk. Whoever uses it before the end may find later that the end is missing.

    Raises Unopenable, and KeysAway.
    """
    fields = {"format": FORMAT, "what": header.what, "made_at": header.made_at.isoformat(), "kek": header.kek}
    secret = provider.unwrap(header.wrapped, _aad(fields), header.kek)
    cipher, bound, number = AESGCM(secret), hashlib.sha256(header.raw).digest(), 0
    chunk = file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, bound)
        except (InvalidTag, ValueError) as error:
            raise Unopenable from error
        if not following:
            return
        chunk, number = following, number + 1


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([last])


def _aad(fields: dict[str, Any]) -> bytes:
    return joined(b"tesa stream key", json.dumps(fields, sort_keys=True).encode())
