"""What the vault writes is what docs/ciphertext-format.md says, and stays so: fixed vectors, and a dump of today."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from config import Settings
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import Field, vault
from tesa.core.vault.keystore import StoredDataKey, StoredPurposeKey
from tesa.core.vault.providers.local_file import LocalFileKeyProvider
from tesa.core.vault.vault import Vault
from tests.core.vault import independent_decryptor as independent
from tests.core.vault.memory_store import MemoryKeyStore
from tests.support.settings import bare_app, close_engines

TEXTS = ["", "halo", "Aku takut pulang.", "é" * 100, "x" * 5000, "\x00", "🙂", "a\nb", "{{7*7}}", "0" * 59]
VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="ascii"))
FIELDS = VECTORS["fields"]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def raw(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the file with its byte strings as bytes."""
    return {
        name: base64.b64decode(v["base64"]) if isinstance(v, dict) and "base64" in v else v for name, v in row.items()
    }


KEKS = {name: base64.b64decode(value) for name, value in VECTORS["keks"].items()}
PURPOSES = {(row["name"], row["version"]): raw(row) for row in VECTORS["purpose_key"]}
DATA_KEYS = {row["id"]: raw(row) for row in VECTORS["data_key"]}


def stored_vault() -> Vault:
    """The vault over the rows of the file."""
    store = MemoryKeyStore()
    for row in PURPOSES.values():
        store.add_purpose_key(StoredPurposeKey(**row, created_at=LONG_AGO))
    for row in DATA_KEYS.values():
        ids = {"id": uuid.UUID(row["id"]), "owner": uuid.UUID(row["owner"])}
        store.add_data_key(StoredDataKey(**{**row, **ids}, created_at=LONG_AGO))
    return Vault(LocalFileKeyProvider(KEKS, VECTORS["current"]), store)


@pytest.mark.parametrize("vector", FIELDS, ids=[v["about"] for v in FIELDS])
def test_a_fixed_vector_opens_in_both_ways(vector: dict[str, Any]) -> None:
    vector = raw(vector)
    place, blob, content = vector["place"], vector["blob"], vector["content"]
    row = DATA_KEYS[str(independent.key_of(blob))]
    secret = independent.data_key(KEKS, row, lambda version: PURPOSES["intake", version])
    assert independent.opened(secret, place, blob) == content
    ids = {"row_id": uuid.UUID(place["row_id"]), "owner": uuid.UUID(place["owner"])}
    field = Field(**{**place, **ids})
    opens = stored_vault().unseal_bytes if isinstance(content, bytes) else stored_vault().unseal
    assert opens(field, blob) == content


def test_the_vectors_cover_what_the_format_allows() -> None:
    assert len(FIELDS) >= 30
    assert {row["wrap_kind"] for row in DATA_KEYS.values()} == {"kek", "intake"}
    assert {row["wrapped"][0] for row in DATA_KEYS.values() if row["wrap_kind"] == "kek"} == {1, 2}
    assert {row["klass"] for row in DATA_KEYS.values()} == {"contact", "note", "dispatch", "staff"}
    assert {row["wrapped_under"] for row in DATA_KEYS.values()} == {*KEKS, "intake-1", "intake-2"}


@pytest.mark.parametrize("vector", VECTORS["blind_index"], ids=lambda v: v["value"])
def test_a_fixed_blind_index(vector: dict[str, Any]) -> None:
    version = stored_vault()._purposes.newest("blind-index").version
    secret = independent.purpose_secret(KEKS, PURPOSES["blind-index", version])
    assert independent.blind_index(secret, version, vector["kind"], vector["value"]) == vector["index"]
    assert stored_vault().blind_index(vector["kind"], vector["value"]) == vector["index"]


@pytest.fixture
def bare(settings: Settings) -> Iterator[Flask]:
    app = bare_app(settings)
    with app.app_context():
        yield app
    close_engines(app)


def row_of(table: str, **where: object) -> dict[str, Any]:
    condition = " and ".join(f"{column} = :{column}" for column in where)
    return dict(db.session.execute(text(f"select * from {table} where {condition}"), where).mappings().one())


def test_a_dump_of_the_database_and_the_key_file_are_enough(bare: Flask, settings: Settings) -> None:
    keks = {k: base64.b64decode(v) for k, v in json.loads(settings.key_file.read_text())["keys"].items()}
    fields = []
    with transaction():
        for number, content in enumerate([*TEXTS, None]):
            for klass in ("contact", "note", "staff"):
                field = Field("t", f"c{number}", uuid.uuid4(), uuid.uuid4(), klass, number + 1)
                fields.append((field, content, vault.seal(field, content)))
    for field, content, blob in fields:
        key_id = independent.key_of(blob)
        row = row_of("data_key", id=key_id.hex if db.engine.dialect.name == "sqlite" else str(key_id))
        secret = independent.data_key(keks, row, lambda version: row_of("purpose_key", name="intake", version=version))
        assert independent.opened(secret, asdict(field), blob) == content
    index = row_of("purpose_key", name="blind-index", version=1)
    mine = independent.blind_index(independent.purpose_secret(keks, index), 1, "number", "+6281234567890")
    assert mine == vault.blind_index("number", "+6281234567890")
