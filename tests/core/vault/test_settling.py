"""A key exists when its transaction has committed, not before; nothing is ever sealed under one that does not."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update

from config import Settings
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import Field, vault
from tesa.core.vault.keystore import DatabaseKeyStore
from tesa.core.vault.models import DataKeyRow, PurposeKey
from tests.support.moved_clock import BEGINNING
from tests.support.settings import bare_app, close_engines


@pytest.fixture
def bare(settings: Settings) -> Iterator[Flask]:
    app = bare_app(settings)
    with app.app_context():
        yield app
    close_engines(app)


def place(klass: str = "note") -> Field:
    return Field("note", "body", new_id(), new_id(), klass)


def opened_elsewhere(app: Flask, field: Field, blob: bytes) -> str | None:
    """As a process that remembers nothing would open it."""
    app.extensions["tesa_vault"].forget()
    return vault.unseal(field, blob)


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement.split(maxsplit=1)[0])

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("klass", ["note", "contact"])
def test_rolled_back_inside_a_transaction_that_then_commits(bare: Flask, klass: str) -> None:
    field = place(klass)
    with transaction():
        vault.seal(field, "satu")
        db.session.rollback()
    with transaction():
        blob = vault.seal(field, "dua")
    assert opened_elsewhere(bare, field, blob) == "dua"


def test_rolled_back_with_a_savepoint(bare: Flask) -> None:
    field = place()
    with transaction():
        savepoint = db.session.begin_nested()
        vault.seal(field, "satu")
        savepoint.rollback()
        blob = vault.seal(field, "dua")
    assert opened_elsewhere(bare, field, blob) == "dua"


def test_a_released_savepoint_settles_nothing(bare: Flask) -> None:
    field = place()
    with pytest.raises(ZeroDivisionError), transaction():
        with db.session.begin_nested():
            vault.seal(field, "satu")
        raise ZeroDivisionError
    with transaction():
        blob = vault.seal(field, "dua")
    assert opened_elsewhere(bare, field, blob) == "dua"


def test_a_key_made_before_a_lost_savepoint_goes_with_its_own_transaction(bare: Flask) -> None:
    field = place()
    with pytest.raises(ZeroDivisionError), transaction():
        vault.seal(field, "satu")
        db.session.begin_nested().rollback()
        vault.seal(field, "dua")  # reads the key's row, which is there for this transaction only
        raise ZeroDivisionError
    with transaction():
        blob = vault.seal(field, "tiga")
    assert opened_elsewhere(bare, field, blob) == "tiga"


def test_a_key_made_before_a_lost_savepoint_stays(bare: Flask) -> None:
    field = place()
    with transaction():
        first = vault.seal(field, "satu")
        db.session.begin_nested().rollback()
        second = vault.seal(field, "dua")
        assert vault.unseal(field, first) == "satu"
    assert first[4:20] == second[4:20]
    assert opened_elsewhere(bare, field, second) == "dua"


def test_purpose_keys_that_were_rolled_back_are_not_remembered(bare: Flask) -> None:
    with transaction():
        db.session.execute(delete(PurposeKey).where(PurposeKey.name.in_(["blind-index", "intake"])))
    bare.extensions["tesa_vault"].forget()
    with pytest.raises(ZeroDivisionError), transaction():
        vault.ensure_purpose_keys()
        vault.blind_index("number", "+6281234567890")
        vault.seal(place("contact"), "satu")
        raise ZeroDivisionError
    with transaction():
        vault.ensure_purpose_keys()
    used = vault.purpose_key("blind-index")
    field = place("contact")
    with transaction():
        blob = vault.seal(field, "dua")
    assert opened_elsewhere(bare, field, blob) == "dua"
    assert vault.purpose_key("blind-index") == used


def test_of_two_processes_that_make_purpose_keys_the_first_is_right(bare: Flask) -> None:
    store = DatabaseKeyStore()
    there = store.purpose_key("audit")
    with transaction():
        store.add_purpose_key(replace(there, wrapped=b"later"))
    assert store.purpose_key("audit") == there


def test_a_shredded_key_seals_nothing_any_more(bare: Flask) -> None:
    field = place()
    with transaction():
        first = vault.seal(field, "satu")
        db.session.execute(
            update(DataKeyRow).where(DataKeyRow.owner == field.owner).values(shredded_at=BEGINNING, wrapped=b"")
        )
    bare.extensions["tesa_vault"].forget()
    with transaction():
        second = vault.seal(field, "dua")
    assert first[4:20] != second[4:20]
    assert opened_elsewhere(bare, field, second) == "dua"
    assert [key.shredded_at is None for key in vault.data_keys(field.owner, "note")].count(False) == 1


def test_a_new_contact_costs_one_insert_and_her_next_message_nothing(bare: Flask) -> None:
    field = place("contact")
    vault.seal(place("contact"), "x")
    db.session.rollback()  # the intake key is known now
    with statements() as seen, transaction():
        vault.begin(field.owner, "contact")
        first = vault.seal(field, "satu")
        assert vault.unseal(field, first) == "satu"
    assert seen == ["INSERT"]
    with statements() as seen, transaction():
        vault.seal(field, "dua")
    assert seen == []


def test_the_next_message_in_another_process_costs_one_select(bare: Flask) -> None:
    field = place("contact")
    with transaction():
        vault.seal(field, "satu")
    vault.purpose_key("intake")
    bare.extensions["tesa_vault"]._by_id.clear()
    bare.extensions["tesa_vault"]._newest.clear()
    with statements() as seen, transaction():
        vault.seal(field, "dua")
        vault.seal(field, "tiga")
    assert seen == ["SELECT"]


SCRIPT = """
import json, sys, uuid
from pathlib import Path
from tesa.core.transactions import transaction
from tesa.core.vault import Field, vault
from tests.support.settings import bare_app, close_engines, make_settings

url, key_file, owner = sys.argv[1:]
app = bare_app(make_settings(url, Path(key_file)))
print("ready", flush=True)
sys.stdin.readline()
blobs = []
with app.app_context():
    for klass in ("contact", "note"):
        field = Field("t", "c", uuid.UUID(owner), uuid.UUID(owner), klass)
        with transaction():
            blobs.append(vault.seal(field, klass).hex())
close_engines(app)
print(json.dumps(blobs), flush=True)
"""


def test_two_processes_seal_an_owners_first_fields_at_once(bare: Flask, settings: Settings) -> None:
    owner = uuid.uuid4()
    command = [sys.executable, "-c", SCRIPT, settings.database_url, str(settings.key_file), str(owner)]
    root = Path(__file__).parents[3]
    both = [
        subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in both:
        out, _ = process.communicate(timeout=30)
        for klass, blob in zip(("contact", "note"), json.loads(out), strict=True):
            assert vault.unseal(Field("t", "c", owner, owner, klass), bytes.fromhex(blob)) == klass
    made = db.session.scalar(select(func.count()).select_from(DataKeyRow).where(DataKeyRow.owner == owner))
    assert 2 <= made <= 4
