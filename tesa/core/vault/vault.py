"""The vault of one application: finds or makes the data key, seals, opens, and answers the blind index."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from flask import Flask, current_app
from werkzeug.local import LocalProxy

from tesa.core import clock
from tesa.core.db import new_id
from tesa.core.vault import wraps
from tesa.core.vault.cache import KeyCache
from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import KeysAway, Shredded, Unopenable
from tesa.core.vault.keystore import DatabaseKeyStore, KeyStore, Place, StoredDataKey, StoredPurposeKey, Unsettled
from tesa.core.vault.live_key_file import settled
from tesa.core.vault.provider import KEY_BYTES, KeyProvider
from tesa.core.vault.purposes import PurposeKeys
from tesa.core.vault.records import DataKey, Field, key_id_of, open_record, seal_record
from tesa.core.vault.wraps import INTAKE, KEK

INDEX_BITS = 12
CLASSES = frozenset({"contact", "note", "dispatch", "staff"})
ALWAYS_INCOMING = frozenset({"contact"})
LATER = 0  # in an index column: the index key was out of reach, a job fills it in
# While the provider is away, a process still opens the staff keys it has opened within this time: whom to ring at night,
# and who signs in, must not depend on it. The row has to be there still, not shredded.
OUTAGE = frozenset({"staff"})
OUTAGE_SECONDS = 24 * 3600.0
# Anybody can wrap for the public half. So a key wrapped that way opens only what may come from outside: otherwise
# whoever writes the database could plant a key of her own for a case and read the notes written from then on.
MAY_COME_IN = frozenset({"contact", "dispatch"})


class Vault:
    """Seals and opens fields. Opened keys are kept in memory, bounded in number and time (see KeyCache)."""

    def __init__(self, provider: KeyProvider, store: KeyStore) -> None:
        self.provider = provider
        self._store = store
        self._purposes = PurposeKeys(provider, store)
        self._by_id: KeyCache[bytes, DataKey] = KeyCache()
        self._newest: KeyCache[Place, DataKey] = KeyCache()
        self._outage: KeyCache[uuid.UUID, DataKey] = KeyCache(seconds=OUTAGE_SECONDS)

    # -- fields
    def seal(self, field: Field, content: str | None, *, incoming: bool = False) -> bytes:
        """`content` sealed for `field`; makes the owner's data key if there is none yet (in this transaction).

        `incoming` says that it came from outside: then the public intake key is enough, the key provider may be away.
        Class `contact` always is; other than `contact` and `dispatch` never may be (ValueError).
        """
        return seal_record(field, self._key_for(field.owner, field.klass, incoming=incoming), content)

    def seal_bytes(self, field: Field, content: bytes, *, incoming: bool = False) -> bytes:
        """The same for bytes."""
        return seal_record(field, self._key_for(field.owner, field.klass, incoming=incoming), content)

    def unseal(self, field: Field, blob: bytes) -> str | None:
        """The text sealed in `blob`.

        Raises Unopenable, Shredded when its key was destroyed on purpose, KeysAway while the key provider is away.
        """
        content = open_record(field, self._key_of(field, blob), blob)
        if isinstance(content, bytes):
            raise Unopenable
        return content

    def unseal_unless_away(self, field: Field, blob: bytes) -> str | None:
        """As `unseal`, but None while the key provider is away: for a page or a ladder that can do without the text."""
        try:
            return self.unseal(field, blob)
        except KeysAway:
            return None

    def unseal_bytes(self, field: Field, blob: bytes) -> bytes:
        """The bytes sealed in `blob`. Raises as `unseal`."""
        content = open_record(field, self._key_of(field, blob), blob)
        if not isinstance(content, bytes):
            raise Unopenable
        return content

    # -- what is derived from purpose keys
    def blind_index(self, kind: str, value: str) -> int:
        """A short keyed hash of a normalised `value`, to be stored; many values share one. Carries its version.

        Rows are looked up by `blind_indexes`.
        """
        return self.index_in_version(self._purposes.settled_version("blind-index"), kind, value)

    def index_or_later(self, kind: str, value: str) -> int:
        """As `blind_index` for what comes in; LATER in a process that has never reached the key provider."""
        try:
            return self.blind_index(kind, value)
        except KeysAway:
            return LATER

    def blind_indexes(self, kind: str, value: str) -> tuple[int, ...]:
        """All hashes under which rows with this value may be stored now: one for each version of the index key."""
        return tuple(self.index_in_version(row.version, kind, value) for row in self._purposes.live("blind-index"))

    def index_in_version(self, version: int, kind: str, value: str) -> int:
        """The hash of a normalised `value` under this version of the index key."""
        text = joined(kind.encode(), value.encode("utf-8", "surrogatepass"))
        digest = hmac.digest(self._purposes.secret("blind-index", version), text, hashlib.sha256)
        return (version << INDEX_BITS) | (int.from_bytes(digest[:2], "big") >> (16 - INDEX_BITS))

    def purpose_key(self, name: str) -> bytes:
        """The newest key with this purpose."""
        return self._purposes.secret(name)

    def ensure_purpose_keys(self) -> None:
        """Make the purpose keys that are missing, inside the present transaction."""
        self._hold().settle = self._settle
        self._purposes.make_missing()

    def check(self) -> None:
        """Do our keys open this database? Raises KeyFileProblem naming the setting if not."""
        self._purposes.check()

    def forget(self) -> None:
        """Drop every opened key from memory."""
        self._by_id.clear()
        self._newest.clear()
        self._outage.clear()
        self._purposes.forget()

    def forget_data_keys(self) -> None:
        """Drop every opened data key from memory: some of them are being destroyed."""
        self._by_id.clear()
        self._newest.clear()
        self._outage.clear()
        self._hold().forget()

    # -- data keys
    def data_keys(self, owner: uuid.UUID, klass: str) -> Sequence[StoredDataKey]:
        """All data keys of an owner and class, newest first, as they are stored: none is opened."""
        return self._store.data_keys(owner, klass)

    def begin(self, owner: uuid.UUID, klass: str) -> None:
        """Make the data key of an owner that has just been thought of: nothing needs to be looked up for it."""
        self._make(owner, klass, incoming=klass in ALWAYS_INCOMING)

    def _key_for(self, owner: uuid.UUID, klass: str, *, incoming: bool) -> DataKey:
        """The newest key of this owner and class, a fresh one if there is none.

        What comes in must never be lost: if its owner's key does not open, because the provider is away or the row
        is damaged, it gets another one. An owner may have any number of keys.
        """
        if klass not in CLASSES or (incoming and klass not in MAY_COME_IN):
            raise ValueError(klass)
        incoming = incoming or klass in ALWAYS_INCOMING
        kinds = {KEK, INTAKE} if incoming else {KEK}
        place = (owner, klass)
        known = self._hold().newest.get(place) or self._newest.get(place)
        if known is not None and known.wrap_kind in kinds:
            return known
        stored = self._store.newest(owner, klass, kinds)
        if stored is None:
            # What came in may have been sealed already, under a key that we may not use: no version goes back.
            other = self._store.newest(owner, klass, {INTAKE}) if klass in MAY_COME_IN and not incoming else None
            return self._make(owner, klass, incoming=incoming, version=other.version if other else 1)
        try:
            key = self._opened(stored)
        except (KeysAway, Unopenable):
            if not incoming:
                raise
            return self._make(owner, klass, incoming=True, version=stored.version)
        self._remember(key, newest=True)
        return key

    def _make(self, owner: uuid.UUID, klass: str, *, incoming: bool, version: int = 1) -> DataKey:
        key = DataKey(new_id(), version, owner, klass, INTAKE if incoming else KEK, os.urandom(KEY_BYTES))
        return self._add(key, created_at=clock.now())

    def _add(self, key: DataKey, created_at: datetime, renewed_at: datetime | None = None) -> DataKey:
        under, wrapped = self._wrapped(key)
        self._hold().settle = self._settle
        self._store.add_data_key(
            StoredDataKey(
                key.id, key.owner, key.klass, key.version, key.wrap_kind, under, wrapped, created_at, None, renewed_at
            )
        )
        self._remember(key, newest=True)
        return key

    def _wrapped(self, key: DataKey) -> tuple[str, bytes]:
        """What it is wrapped under from now on, and the wrapped form. Raises KeysAway unless its kind is `intake`."""
        if key.wrap_kind == INTAKE:
            intake_version, public = self._purposes.intake_public()
            under = wraps.intake_name(intake_version)
            return under, wraps.wrap_for_intake(public, key.secret, _bound(key, under))
        provider = settled(self.provider)
        under = provider.key_id
        return under, provider.wrap(key.secret, _bound(key, under))

    # -- rotation
    def add_purpose_version(self, name: str) -> int:
        """Make the version after the newest, in this transaction; its number. Raises KeysAway."""
        self._hold().settle = self._settle
        return self._purposes.add_version(name)

    def purpose_rewrapped(self, row: StoredPurposeKey) -> StoredPurposeKey:
        """The row as it is when wrapped under what wraps now. Raises Unopenable, KeysAway."""
        return self._purposes.rewrapped(row)

    def rewrapped(self, stored: StoredDataKey) -> StoredDataKey:
        """The row as it is when wrapped under what wraps now, in the same kind. Raises Unopenable, KeysAway."""
        under, wrapped = self._wrapped(self._opened(stored))
        return replace(stored, wrapped_under=under, wrapped=wrapped)

    def renewed(self, old: Sequence[StoredDataKey], now: datetime) -> DataKey:
        """A key that takes the place of the live keys `old` of one owner and class; in this transaction.

        `created_at` stays that of the oldest: whoever shreds up to some instant destroys what was sealed until then.
        Whoever writes the database knows only the public half of the intake pair; that it belongs to the private one
        is made sure of before old words are entrusted to it.
        """
        first = old[0]
        incoming = first.klass in ALWAYS_INCOMING
        if incoming:
            self._purposes.secret("intake", self._purposes.newest("intake").version)
        version = max(key.version for key in old) + 1
        kind = INTAKE if incoming else KEK
        key = DataKey(new_id(), version, first.owner, first.klass, kind, os.urandom(KEY_BYTES))
        return self._add(key, created_at=min(key.created_at for key in old), renewed_at=now)

    def reseal(self, field: Field, blob: bytes, key: DataKey) -> bytes:
        """What `blob` holds, sealed under `key` of the same owner. Raises as `unseal`."""
        return seal_record(field, key, open_record(field, self._key_of(field, blob), blob))

    def _key_of(self, field: Field, blob: bytes) -> DataKey:
        key_id = key_id_of(blob)
        known = self._hold().keys.get(key_id) or self._by_id.get(key_id)
        if known is not None:
            return known
        stored = self._store.data_key(uuid.UUID(bytes=key_id))
        if stored is None or (stored.owner, stored.klass) != (field.owner, field.klass):
            raise Unopenable
        if stored.shredded_at is not None:
            raise Shredded(stored.id, stored.shredded_at)
        key = self._opened(stored)
        self._remember(key)
        return key

    def _opened(self, stored: StoredDataKey) -> DataKey:
        kind, under = stored.wrap_kind, stored.wrapped_under
        try:
            aad = _bound(stored, under)
            if kind == INTAKE and stored.klass in MAY_COME_IN:
                private = self._purposes.secret("intake", wraps.intake_version(under))
                secret = wraps.unwrap_from_intake(private, stored.wrapped, aad)
            elif kind == KEK:
                secret = self.provider.unwrap(stored.wrapped, aad, under)
            else:
                raise Unopenable
        except OverflowError as error:  # a version that no key has
            raise Unopenable from error
        except KeysAway:
            kept = self._outage.get(stored.id)
            if kept is None or (kept.version, kept.owner, kept.klass, kept.wrap_kind) != (
                stored.version, stored.owner, stored.klass, kind,
            ):  # fmt: skip
                raise
            return kept
        return DataKey(stored.id, stored.version, stored.owner, stored.klass, kind, secret)

    # -- memory
    def _hold(self) -> Unsettled:
        return self._store.unsettled()

    def _remember(self, key: DataKey, *, newest: bool = False) -> None:
        """Keep an opened key: in this transaction alone while that has made keys, else for all."""
        here = self._hold()
        if here.settle is None:
            self._keep(key)
            if newest:
                self._newest.put((key.owner, key.klass), key)
            return
        here.keys[key.id.bytes] = key
        if newest:
            here.newest[key.owner, key.klass] = key

    def _keep(self, key: DataKey) -> None:
        self._by_id.put(key.id.bytes, key)
        if key.klass in OUTAGE:
            self._outage.put(key.id, key)

    def _settle(self, here: Unsettled) -> None:
        """The transaction has committed: what it made exists."""
        for key in here.keys.values():
            self._keep(key)
        for place, key in here.newest.items():
            self._newest.put(place, key)


def _bound(key: DataKey | StoredDataKey, under: str) -> bytes:
    return wraps.data_key_aad(key.id, key.version, key.owner, key.klass, key.wrap_kind, under)


def init_vault(app: Flask, provider: KeyProvider, store: KeyStore | None = None) -> None:
    """Give `app` its vault. The keys lie in its database unless another `store` is given."""
    app.extensions["tesa_vault"] = Vault(provider, store or DatabaseKeyStore())


vault: Vault = cast(Vault, LocalProxy(lambda: current_app.extensions["tesa_vault"]))
