"""What an entry of the trail is signed over: the entry before it and every field, so that nothing can change alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

GENESIS = bytes(32)
FIRST_FIELDS = ("at", "actor_id", "act", "kind", "object_id", "case_id", "details")
"""The fields of entries without an epoch, in the order in which they are signed."""
FIELDS = ("epoch", *FIRST_FIELDS, "session_id")
"""The fields of all later entries."""
Detail = str | int | bool | None


def canonical(details: dict[str, Detail]) -> str:
    """The one JSON text of `details`. Raises TypeError for a value that is not text, number, truth or nothing."""
    for name, value in details.items():
        if not isinstance(value, str | int | bool | None):
            raise TypeError(f"audit detail {name} must be text, a number, a truth value or None")
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def sealed_hash(blob: bytes) -> str:
    """A short hash of a ciphertext, to say in the trail which one was written or read."""
    return hashlib.sha256(blob).hexdigest()[:32]


def day_of(at: datetime) -> int:
    """The day in UTC, counted from 1970."""
    return int(at.timestamp() // 86400)


def mac_of(key: bytes, prev: bytes, seq: int, epoch: int | None, fields: tuple[Any, ...]) -> bytes:
    """HMAC over the previous mac and every field, each with its length before it; nothing differs from empty.

    `fields` are those of FIRST_FIELDS when `epoch` is None, else those of FIELDS. The two never share a code.
    """
    message = bytearray(b"tesa audit 1" if epoch is None else b"tesa audit 2")
    for value in (prev, seq, *fields):
        part = _bytes(value)
        message += b"\xff" * 4 if part is None else len(part).to_bytes(4, "big") + part
    return hmac.digest(key, bytes(message), "sha256")


def _bytes(value: Any) -> bytes | None:
    match value:
        case None:
            return None
        case bytes():
            return value
        case int():
            return value.to_bytes(8, "big")
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        case uuid.UUID():
            return value.bytes
        case str():
            return value.encode()
    raise TypeError(type(value))
