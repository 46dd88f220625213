"""Files in pieces: what is too big to be sealed as one field is sealed chunk by chunk.

A file has a data key of its own (its owner is its own id), so that it can be destroyed alone. Each chunk is bound to its
file, its number and whether it is the last one: a file that was cut off, put into another order, or mixed with another
one does not open. Offsets in the file can be reached without opening what lies before.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from tesa.core.vault.encoding import HEAD
from tesa.core.vault.records import Field

CHUNK = 64 * 1024 - HEAD
"""Bytes of a file in one chunk; with the vault's own head, 64 KiB."""


def chunk_field(table: str, column: str, file_id: uuid.UUID, number: int, *, last: bool) -> Field:
    """Where chunk `number` (from 0) of a file lives. Its place stands in the revision, which is part of what is bound."""
    return Field(table, column, file_id, owner=file_id, klass="contact", revision=number << 1 | last)


def chunks_of(parts: Iterable[bytes]) -> Iterator[tuple[int, bool, bytes]]:
    """`parts`, of any size, as chunks: number, whether it is the last, content. There is at least one."""
    number, rest = 0, bytearray()
    for part in parts:
        rest += part
        while len(rest) > CHUNK:  # one whole chunk is held back: it may be the last
            yield number, False, bytes(rest[:CHUNK])
            del rest[:CHUNK]
            number += 1
    yield number, True, bytes(rest)


def stretch_of(start: int, end: int) -> Iterator[tuple[int, slice]]:
    """Where the bytes from `start` to `end` (excluded) of a file lie: chunk numbers, and what of each."""
    for number in range(start // CHUNK, -(-end // CHUNK)):
        begins = number * CHUNK
        yield number, slice(max(0, start - begins), min(CHUNK, end - begins))
