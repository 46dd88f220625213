"""A file in chunks opens whole or not at all."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tesa.core.transactions import transaction
from tesa.core.vault import Unopenable, vault
from tesa.core.vault.files import CHUNK, chunk_field, chunks_of, stretch_of

FILE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


@given(st.lists(st.integers(0, 3 * CHUNK), max_size=4))
def test_parts_of_any_size_become_chunks_of_one_size(sizes: list[int]) -> None:
    parts = [bytes([i + 1]) * size for i, size in enumerate(sizes)]
    chunks = list(chunks_of(parts))
    assert b"".join(content for _, _, content in chunks) == b"".join(parts)
    assert [number for number, _, _ in chunks] == list(range(len(chunks)))
    assert [last for _, last, _ in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(len(content) == CHUNK for _, last, content in chunks if not last)


@given(st.integers(0, 3 * CHUNK), st.integers(0, 3 * CHUNK))
def test_a_stretch_is_what_slicing_gives(start: int, length: int) -> None:
    whole = bytes(range(251)) * (6 * CHUNK // 251 + 1)
    chunks = [content for _, _, content in chunks_of([whole])]
    end = start + length
    assert b"".join(chunks[number][part] for number, part in stretch_of(start, end)) == whole[start:end]


def test_cut_off_reordered_or_mixed_it_does_not_open(app: Flask) -> None:
    with transaction():
        sealed = {
            (file, number): vault.seal_bytes(chunk_field("sealed_chunk", "body", file, number, last=last), content)
            for file in (FILE, OTHER)
            for number, last, content in chunks_of([bytes(2 * CHUNK + 9)])
        }

    def opened(file: uuid.UUID, number: int, last: bool, blob: bytes) -> bytes:
        return vault.unseal_bytes(chunk_field("sealed_chunk", "body", file, number, last=last), blob)

    assert len(opened(FILE, 2, True, sealed[FILE, 2])) == 9
    for file, number, last, blob in (
        (FILE, 1, True, sealed[FILE, 1]),  # the end is missing
        (FILE, 2, False, sealed[FILE, 2]),  # something was appended
        (FILE, 0, False, sealed[FILE, 1]),
        (FILE, 0, False, sealed[OTHER, 0]),
    ):
        with pytest.raises(Unopenable):
            opened(file, number, last, blob)
