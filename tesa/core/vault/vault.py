"""The vault of one application: finds or makes the data key, seals, opens, and answers the blind index."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import uuid
from collections import OrderedDict
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Table, insert, select
from werkzeug.local import LocalProxy

from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import after_commit, transaction_memory
from tesa.core.vault import wraps
from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import KeyFileProblem, Shredded, Unopenable
from tesa.core.vault.models import DataKeyRow, PurposeKey
from tesa.core.vault.provider import KEY_BYTES, KeyProvider
from tesa.core.vault.records import DataKey, Field, key_id_of, open_record, seal_record

PURPOSES = ("blind-index", "audit", "pepper", "intake")
INDEX_BITS = 12
KEPT_KEYS = 4096
INSERT_KEY = insert(cast(Table, DataKeyRow.__table__))
INCOMING_CLASSES = frozenset({"contact"})


class Vault:
    """Seals and opens fields. Unwrapped keys are kept in memory, at most KEPT_KEYS of them."""

    def __init__(self, provider: KeyProvider) -> None:
        self.provider = provider
        self._lock = threading.Lock()
        self._by_id: OrderedDict[uuid.UUID, DataKey] = OrderedDict()
        self._newest: OrderedDict[tuple[uuid.UUID, str], DataKey] = OrderedDict()
        self._purpose: dict[str, tuple[int, bytes, bytes | None]] = {}

    # -- fields
    def seal(self, field: Field, content: str | None) -> bytes:
        """`content` sealed for `field`; makes the owner's data key if there is none yet (in this transaction)."""
        return seal_record(field, self._key_for(field.owner, field.klass), content)

    def seal_bytes(self, field: Field, content: bytes) -> bytes:
        """The same for bytes."""
        return seal_record(field, self._key_for(field.owner, field.klass), content)

    def unseal(self, field: Field, blob: bytes) -> str | None:
        """The text sealed in `blob`. Raises Unopenable, or Shredded when its key was destroyed on purpose."""
        content = open_record(field, self._key(key_id_of(blob)), blob)
        if isinstance(content, bytes):
            raise Unopenable
        return content

    def unseal_bytes(self, field: Field, blob: bytes) -> bytes:
        """The bytes sealed in `blob`."""
        content = open_record(field, self._key(key_id_of(blob)), blob)
        if not isinstance(content, bytes):
            raise Unopenable
        return content

    def blind_index(self, kind: str, value: str) -> int:
        """A short keyed hash of a normalised `value` to look rows up by; many values share one. Carries its version."""
        version, key, _ = self._purpose_key("blind-index")
        digest = hmac.digest(key, joined(kind.encode(), value.encode("utf-8", "surrogatepass")), hashlib.sha256)
        return (version << INDEX_BITS) | (int.from_bytes(digest[:2], "big") >> (16 - INDEX_BITS))

    def purpose_key(self, name: str) -> bytes:
        """The newest key with this purpose."""
        return self._purpose_key(name)[1]

    # -- data keys
    def begin(self, owner: uuid.UUID, klass: str) -> None:
        """Make the data key of an owner that has just been thought of: nothing needs to be looked up for it."""
        transaction_memory().setdefault("vault", {})[owner, klass] = key = self._new_key(owner, klass)
        after_commit(lambda: self._remember(key, newest=True))

    def _key_for(self, owner: uuid.UUID, klass: str) -> DataKey:
        fresh = transaction_memory().setdefault("vault", {})
        place = (owner, klass)
        if place in fresh:
            return cast(DataKey, fresh[place])
        with self._lock:
            known = self._newest.get(place)
        if known is not None:
            return known
        row = db.session.scalar(
            select(DataKeyRow)
            .where(DataKeyRow.owner == owner, DataKeyRow.klass == klass, DataKeyRow.shredded_at.is_(None))
            .order_by(DataKeyRow.version.desc(), DataKeyRow.created_at.desc())
            .limit(1)
        )
        key = self._opened(row) if row is not None else self._new_key(owner, klass)
        fresh[place] = key
        after_commit(lambda: self._remember(key, newest=True))
        return key

    def _new_key(self, owner: uuid.UUID, klass: str) -> DataKey:
        """Make a data key in this transaction. It is remembered only once that has committed: a key that was rolled
        back must never seal anything again."""
        key = DataKey(new_id(), 1, owner, klass, os.urandom(KEY_BYTES))
        if klass in INCOMING_CLASSES:
            version, _, public = self._purpose_key("intake")
            kind, under = wraps.INTAKE, f"intake-{version}"
            aad = wraps.data_key_aad(key.id, key.version, owner, klass, kind, under)
            wrapped = wraps.wrap_for_intake(cast(bytes, public), key.secret, aad)
        else:
            kind, under = wraps.KEK, self.provider.key_id
            aad = wraps.data_key_aad(key.id, key.version, owner, klass, kind, under)
            wrapped = self.provider.wrap(key.secret, aad)
        row = {
            "id": key.id, "owner": owner, "klass": klass, "version": key.version, "wrap_kind": kind,
            "wrapped_under": under, "wrapped": wrapped, "created_at": clock.now(),
        }  # fmt: skip
        db.session.connection().execute(INSERT_KEY, row)
        return key

    def _key(self, key_id: uuid.UUID) -> DataKey:
        with self._lock:
            known = self._by_id.get(key_id)
            if known is not None:
                self._by_id.move_to_end(key_id)
                return known
        row = db.session.get(DataKeyRow, key_id)
        if row is None:
            raise Unopenable
        key = self._opened(row)
        pending = transaction_memory().get("vault", {})
        if not any(k.id == key_id for k in pending.values()):
            self._remember(key)
        return key

    def _opened(self, row: DataKeyRow) -> DataKey:
        if row.shredded_at is not None:
            raise Shredded(str(row.id))
        aad = wraps.data_key_aad(row.id, row.version, row.owner, row.klass, row.wrap_kind, row.wrapped_under)
        if row.wrap_kind == wraps.INTAKE:
            version = int(row.wrapped_under.removeprefix("intake-"))
            secret = wraps.unwrap_from_intake(self._purpose_key("intake", version)[1], row.wrapped, aad)
        elif row.wrap_kind == wraps.KEK:
            secret = self.provider.unwrap(row.wrapped, aad, row.wrapped_under)
        else:
            raise Unopenable
        return DataKey(row.id, row.version, row.owner, row.klass, secret)

    def _remember(self, key: DataKey, newest: bool = False) -> None:
        with self._lock:
            self._by_id[key.id] = key
            self._by_id.move_to_end(key.id)
            if newest:
                self._newest[key.owner, key.klass] = key
                self._newest.move_to_end((key.owner, key.klass))
            while len(self._by_id) > KEPT_KEYS:
                self._by_id.popitem(last=False)
            while len(self._newest) > KEPT_KEYS:
                self._newest.popitem(last=False)

    def forget(self) -> None:
        """Drop every unwrapped key from memory."""
        with self._lock:
            self._by_id.clear()
            self._newest.clear()
            self._purpose.clear()

    # -- purpose keys
    def _purpose_key(self, name: str, version: int | None = None) -> tuple[int, bytes, bytes | None]:
        slot = name if version is None else f"{name}-{version}"
        known = self._purpose.get(slot)
        if known is not None:
            return known
        query = select(PurposeKey).where(PurposeKey.name == name).order_by(PurposeKey.version.desc()).limit(1)
        row = db.session.scalar(query if version is None else query.where(PurposeKey.version == version))
        if row is None:
            raise KeyFileProblem(
                f"Kunci {name} belum dibuat; jalankan `tesa db upgrade` / there is no {name} key; run `tesa db upgrade`"
            )
        secret = self.provider.unwrap(row.wrapped, wraps.purpose_key_aad(name, row.version, row.kek_id), row.kek_id)
        found = (row.version, secret, row.public)
        self._purpose[slot] = found
        return found

    def ensure_purpose_keys(self) -> None:
        """Make the purpose keys that are missing, inside the present transaction."""
        present = set(db.session.scalars(select(PurposeKey.name)))
        for name in PURPOSES:
            if name in present:
                continue
            secret, public = wraps.new_intake_pair() if name == "intake" else (os.urandom(KEY_BYTES), None)
            under = self.provider.key_id
            db.session.add(
                PurposeKey(
                    name=name, version=1, kek_id=under, public=public, created_at=clock.now(),
                    wrapped=self.provider.wrap(secret, wraps.purpose_key_aad(name, 1, under)),
                )
            )  # fmt: skip
        db.session.flush()

    def check(self) -> None:
        """Do our keys open this database? Raises KeyFileProblem naming the setting if not."""
        for row in db.session.scalars(select(PurposeKey).where(PurposeKey.retired_at.is_(None))):
            try:
                self.provider.unwrap(
                    row.wrapped, wraps.purpose_key_aad(row.name, row.version, row.kek_id), row.kek_id
                )
            except Unopenable as error:
                raise KeyFileProblem(
                    "TESA_KEY_FILE: kunci ini bukan kunci basis data ini / this is not the key of this database"
                ) from error


def init_vault(app: Flask, provider: KeyProvider) -> None:
    """Give `app` its vault."""
    app.extensions["tesa_vault"] = Vault(provider)


vault: Vault = cast(Vault, LocalProxy(lambda: current_app.extensions["tesa_vault"]))
