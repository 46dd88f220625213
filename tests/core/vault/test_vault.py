"""The vault on a real database: what is sealed opens here, and nowhere else."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from config import Settings
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import (
    Field,
    KeyFileProblem,
    Shredded,
    Unopenable,
    create_key_file,
    init_vault,
    local_provider,
    vault,
)
from tesa.core.vault.models import DataKeyRow
from tests.core.vault.memory_store import make_vault
from tests.support.moved_clock import BEGINNING
from tests.support.settings import bare_app, close_engines


@pytest.fixture
def bare(settings: Settings) -> Iterator[Flask]:
    app = bare_app(settings)
    with app.app_context():
        yield app
    close_engines(app)


def place(klass: str = "note", **changes: object) -> Field:
    return replace(Field("note", "body", new_id(), new_id(), klass), **changes)  # type: ignore[arg-type]


def sealed(field: Field, text: str | None = "Aku takut pulang.") -> bytes:
    with transaction():
        return vault.seal(field, text)


@pytest.mark.parametrize("klass", ["contact", "note", "dispatch", "staff"])
def test_what_is_sealed_opens(bare: Flask, klass: str) -> None:
    field = place(klass)
    blob = sealed(field)
    bare.extensions["tesa_vault"].forget()
    assert vault.unseal(field, blob) == "Aku takut pulang."
    assert b"takut" not in blob


@given(st.text(st.characters(codec=None), max_size=300))
@hypothesis_settings(max_examples=200)
def test_every_text_comes_back(text: str) -> None:
    memory, _ = make_vault()
    field = place()
    assert memory.unseal(field, memory.seal(field, text)) == text


@given(st.binary(max_size=300))
@hypothesis_settings(max_examples=100)
def test_all_bytes_come_back_and_are_no_text(content: bytes) -> None:
    memory, _ = make_vault()
    field = place()
    blob = memory.seal_bytes(field, content)
    assert memory.unseal_bytes(field, blob) == content
    with pytest.raises(Unopenable):
        memory.unseal(field, blob)
    with pytest.raises(Unopenable):
        memory.unseal_bytes(field, memory.seal(field, "text"))


@given(st.binary(max_size=200))
@hypothesis_settings(max_examples=200)
def test_garbage_is_unopenable(blob: bytes) -> None:
    memory, _ = make_vault()
    for garbage in (blob, b"TS\x01\x01" + blob):
        with pytest.raises(Unopenable):
            memory.unseal(place(), garbage)


def test_the_same_text_never_looks_the_same(bare: Flask) -> None:
    field = place()
    assert len({sealed(field)[24:] for _ in range(20)}) == 20


@pytest.mark.parametrize("revision", [-1, 1 << 32])
def test_a_revision_that_no_row_has(bare: Flask, revision: int) -> None:
    field = place()
    blob = sealed(field)
    with pytest.raises(ValueError, match="revision"):
        sealed(replace(field, revision=revision))
    with pytest.raises(Unopenable):
        vault.unseal(replace(field, revision=revision), blob)


def test_no_plaintext_in_what_python_prints(bare: Flask) -> None:
    field = place()
    blob = sealed(field, "rahasia sekali")
    with pytest.raises(Unopenable) as refusal:
        vault.unseal(replace(field, revision=2), blob)
    printed = repr(field) + repr(blob) + repr(vault) + "".join(traceback.format_exception(refusal.value))
    assert "rahasia" not in printed


def test_nothing_and_the_empty_text_look_alike_and_are_told_apart(bare: Flask) -> None:
    field = place()
    nothing, empty = sealed(field, None), sealed(field, "")
    assert len(nothing) == len(empty)
    assert (vault.unseal(field, nothing), vault.unseal(field, empty)) == (None, "")


@pytest.mark.parametrize(("length", "size"), [(0, 64), (59, 64), (60, 256), (1019, 1024), (4091, 4096), (4092, 8192)])
def test_the_size_tells_only_the_class(bare: Flask, length: int, size: int) -> None:
    assert len(sealed(place(), "x" * length)) == 36 + size + 16


def test_no_bit_may_flip_and_no_byte_be_missing(bare: Flask) -> None:
    field = place()
    blob = sealed(field)
    for index in range(len(blob)):
        for bit in (1, 2, 4, 8, 16, 32, 64, 128):
            broken = bytearray(blob)
            broken[index] ^= bit
            with pytest.raises(Unopenable):
                vault.unseal(field, bytes(broken))
        with pytest.raises(Unopenable):
            vault.unseal(field, blob[:index])


@pytest.mark.parametrize(
    "changes",
    [
        {"table": "message"}, {"column": "title"}, {"row_id": uuid.uuid4()}, {"owner": uuid.uuid4()},
        {"klass": "contact"}, {"revision": 2},
    ],
)  # fmt: skip
def test_moved_anywhere_else_it_does_not_open(bare: Flask, changes: dict[str, object]) -> None:
    field = place()
    blob = sealed(field)
    with pytest.raises(Unopenable):
        vault.unseal(replace(field, **changes), blob)  # type: ignore[arg-type]


def test_a_wrapped_key_moved_to_another_row_does_not_open(bare: Flask) -> None:
    for klass in ("note", "contact"):
        mine, other = place(klass), place(klass)
        blob = sealed(mine)
        sealed(other)
        with transaction():
            foreign = db.session.scalar(select(DataKeyRow.wrapped).where(DataKeyRow.owner == other.owner))
            db.session.execute(update(DataKeyRow).where(DataKeyRow.owner == mine.owner).values(wrapped=foreign))
        bare.extensions["tesa_vault"].forget()
        db.session.expire_all()
        with pytest.raises(Unopenable):
            vault.unseal(mine, blob)


def test_a_key_that_was_rolled_back_never_seals_again(bare: Flask) -> None:
    field = place()
    with pytest.raises(ZeroDivisionError), transaction():
        vault.seal(field, "x")
        raise ZeroDivisionError
    blob = sealed(field)
    bare.extensions["tesa_vault"].forget()
    assert vault.unseal(field, blob) == "Aku takut pulang."


def test_two_processes_that_seal_at_once_both_open(bare: Flask, settings: Settings) -> None:
    field = place("contact")
    first = sealed(field)
    init_vault(bare, local_provider(settings.key_file))  # another process: nothing in memory
    with transaction():
        db.session.execute(update(DataKeyRow).where(DataKeyRow.owner == field.owner).values(owner=new_id()))
    second = sealed(field)
    with pytest.raises(Unopenable):
        vault.unseal(field, first)
    assert vault.unseal(field, second) == "Aku takut pulang."


def test_a_shredded_key_says_so_and_a_missing_one_does_not(bare: Flask) -> None:
    shredded, missing = place(), place()
    blobs = sealed(shredded), sealed(missing)
    with transaction():
        db.session.execute(
            update(DataKeyRow).where(DataKeyRow.owner == shredded.owner).values(shredded_at=BEGINNING, wrapped=b"")
        )
        db.session.execute(delete(DataKeyRow).where(DataKeyRow.owner == missing.owner))
    bare.extensions["tesa_vault"].forget()
    db.session.expire_all()
    with pytest.raises(Shredded):
        vault.unseal(shredded, blobs[0])
    with pytest.raises(Unopenable):
        vault.unseal(missing, blobs[1])


def test_what_comes_in_is_wrapped_for_the_intake_key_and_notes_by_the_provider(bare: Flask) -> None:
    contact, note = place("contact"), place("note")
    sealed(contact)
    sealed(note)
    kinds = dict(db.session.execute(select(DataKeyRow.owner, DataKeyRow.wrap_kind)).all())
    assert (kinds[contact.owner], kinds[note.owner]) == ("intake", "kek")


def test_the_blind_index_is_short_keyed_and_carries_its_version(bare: Flask) -> None:
    index = vault.blind_index("number", "+6281234567890")
    assert index == vault.blind_index("number", "+6281234567890")
    assert 1 << 12 <= index < 2 << 12
    values = {vault.blind_index("number", f"+62812{i:08d}") for i in range(500)}
    assert len(values) > 400
    assert vault.blind_index("name", "+6281234567890") != index or vault.blind_index("name", "x") != vault.blind_index(
        "number", "x"
    )


def test_the_wrong_key_file_is_noticed(bare: Flask, tmp_path: Path) -> None:
    create_key_file(tmp_path / "other")
    init_vault(bare, local_provider(tmp_path / "other"))
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        vault.check()


def test_purpose_keys_are_made_once(bare: Flask) -> None:
    before = vault.purpose_key("audit")
    with transaction():
        vault.ensure_purpose_keys()
    bare.extensions["tesa_vault"].forget()
    assert vault.purpose_key("audit") == before


def test_keys_are_not_printed(bare: Flask, settings: Settings) -> None:
    field = place()
    sealed(field)
    [key] = bare.extensions["tesa_vault"]._by_id._entries.values()
    assert repr(key[1].secret) not in repr(key)
    assert "kek-" in repr(local_provider(settings.key_file))
