"""The pure pieces: joining, padding, names of keys, and a record that was made under a foreign key."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.core.vault import Field, Unopenable
from tesa.core.vault.encoding import joined, padded, size_class, unpadded
from tesa.core.vault.records import DataKey, open_record, seal_record
from tesa.core.vault.wraps import intake_name, intake_version


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_lists_never_join_to_one_string(one: list[bytes], other: list[bytes]) -> None:
    assert (joined(*one) == joined(*other)) == (one == other)


@pytest.mark.parametrize(
    ("length", "size"),
    [(0, 64), (64, 64), (65, 256), (256, 256), (257, 1024), (1025, 4096), (4097, 8192), (8192, 8192), (8193, 12288)],
)
def test_size_classes(length: int, size: int) -> None:
    assert size_class(length) == size


BODY = padded("halo")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\1", BODY[:-1], BODY + b"\0", BODY[:-1] + b"\1", b"\3" + BODY[1:],
        b"\0" + BODY[1:],  # nothing has no length
        b"\1\0\0\0\x3c" + bytes(59),  # one longer than the body
        b"\1\0\0\0\0" + bytes(251),  # padded to more than its class
        b"\1\0\0\0\1\xff" + bytes(58),  # no UTF-8
    ],
)  # fmt: skip
def test_a_body_of_other_making(body: bytes) -> None:
    with pytest.raises(Unopenable):
        unpadded(body)


@pytest.mark.parametrize(
    "name", ["intake-01", "intake-", "intake--1", "intake-٣", "intake-x", "1", "kek-1", "", "intake-9999999999"]
)
def test_only_one_spelling_of_an_intake_key(name: str) -> None:
    with pytest.raises(Unopenable):
        intake_version(name)
    assert intake_version(intake_name(12)) == 12


@pytest.mark.parametrize(
    "change", [{"owner": uuid.uuid4()}, {"klass": "contact"}, {"id": uuid.uuid4()}, {"version": 2}]
)
def test_a_record_under_a_key_of_another_place(change: dict[str, object]) -> None:
    field = Field("note", "body", uuid.uuid4(), uuid.uuid4(), "note")
    own = DataKey(uuid.uuid4(), 1, field.owner, "note", "kek", os.urandom(32))
    foreign = replace(own, **change)  # type: ignore[arg-type]
    assert open_record(field, own, seal_record(field, own, "x")) == "x"
    with pytest.raises(Unopenable):
        open_record(field, foreign, seal_record(field, own, "x"))
