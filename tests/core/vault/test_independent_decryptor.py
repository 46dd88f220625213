"""A second way to open a ciphertext, written from docs/ciphertext-format.md, sharing no code with the vault."""

from __future__ import annotations

import base64
import json
import struct
import uuid
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask
from sqlalchemy import text

from config import Settings
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import Field, vault
from tests.support.settings import bare_app, close_engines

TEXTS = ["", "halo", "Aku takut pulang.", "é" * 100, "x" * 5000, "\x00", "🙂", "a\nb", "{{7*7}}", "0" * 59]


def lp(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(p)) + p for p in parts)


def hkdf(secret: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def unwrap_local(keys: dict[str, bytes], kek: str, wrapped: bytes, aad: bytes) -> bytes:
    cipher = (AESGCMSIV if wrapped[0] == 1 else AESGCM)(keys[kek])
    return bytes(cipher.decrypt(wrapped[1:13], wrapped[13:], aad))


def raw(value: object) -> bytes:
    return value.bytes if isinstance(value, uuid.UUID) else uuid.UUID(str(value)).bytes


def data_key(keys: dict[str, bytes], key_id: uuid.UUID) -> bytes:
    wanted = key_id.hex if db.engine.dialect.name == "sqlite" else str(key_id)
    row = db.session.execute(
        text("select owner, klass, version, wrap_kind, wrapped_under, wrapped from data_key where id = :id"), {"id": wanted}
    ).one()
    aad = lp(
        b"tesa data key", key_id.bytes, struct.pack(">I", row.version), raw(row.owner), row.klass.encode(),
        row.wrap_kind.encode(), row.wrapped_under.encode(),
    )  # fmt: skip
    if row.wrap_kind == "kek":
        return unwrap_local(keys, row.wrapped_under, row.wrapped, aad)
    version = int(row.wrapped_under.split("-")[1])
    pair = db.session.execute(
        text("select kek_id, wrapped, public from purpose_key where name = 'intake' and version = :v"), {"v": version}
    ).one()
    bound = lp(b"tesa purpose key", b"intake", struct.pack(">I", version), pair.kek_id.encode())
    private = X25519PrivateKey.from_private_bytes(unwrap_local(keys, pair.kek_id, pair.wrapped, bound))
    ephemeral = row.wrapped[:32]
    secret = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    return AESGCM(hkdf(secret, aad, ephemeral + pair.public)).decrypt(row.wrapped[32:44], row.wrapped[44:], aad)


def opened(keys: dict[str, bytes], field: Field, blob: bytes) -> str | None:
    assert blob[:4] == b"TS\x01\x01"
    key_id, version = uuid.UUID(bytes=blob[4:20]), blob[20:24]
    secret = data_key(keys, key_id)
    key = hkdf(secret, lp(b"tesa field key", field.table.encode(), field.column.encode()))
    aad = lp(
        b"tesa field", b"\x01\x01", field.table.encode(), field.column.encode(), field.row_id.bytes, field.owner.bytes,
        field.klass.encode(), key_id.bytes, version, struct.pack(">I", field.revision),
    )  # fmt: skip
    body = AESGCM(key).decrypt(blob[24:36], blob[36:], aad)
    kind, length = struct.unpack(">BI", body[:5])
    return None if kind == 0 else body[5 : 5 + length].decode()


@pytest.fixture
def bare(settings: Settings) -> Iterator[Flask]:
    app = bare_app(settings)
    with app.app_context():
        yield app
    close_engines(app)


def test_it_opens_what_the_vault_has_sealed(bare: Flask, settings: Settings) -> None:
    keys = {k: base64.b64decode(v) for k, v in json.loads(settings.key_file.read_text())["keys"].items()}
    fields = []
    with transaction():
        for number, content in enumerate([*TEXTS, None]):
            for klass in ("contact", "note", "staff"):
                field = Field("t", f"c{number}", uuid.uuid4(), uuid.uuid4(), klass, number + 1)
                fields.append((field, content, vault.seal(field, content)))
    assert len(fields) == 33
    for field, content, blob in fields:
        assert opened(keys, field, blob) == content
