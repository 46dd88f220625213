"""The vault of one application: finds or makes the data key, seals, opens, and answers the blind index."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from collections.abc import Sequence
from typing import cast

from flask import Flask, current_app
from werkzeug.local import LocalProxy

from tesa.core import clock
from tesa.core.db import new_id
from tesa.core.vault import wraps
from tesa.core.vault.cache import KeyCache
from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import KeysAway, Shredded, Unopenable
from tesa.core.vault.keystore import DatabaseKeyStore, KeyStore, Place, StoredDataKey, Unsettled
from tesa.core.vault.provider import KEY_BYTES, KeyProvider
from tesa.core.vault.purposes import PurposeKeys
from tesa.core.vault.records import DataKey, Field, key_id_of, open_record, seal_record
from tesa.core.vault.wraps import INTAKE, KEK

INDEX_BITS = 12
CLASSES = frozenset({"contact", "note", "dispatch", "staff"})
ALWAYS_INCOMING = frozenset({"contact"})
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

    def unseal_bytes(self, field: Field, blob: bytes) -> bytes:
        """The bytes sealed in `blob`. Raises as `unseal`."""
        content = open_record(field, self._key_of(field, blob), blob)
        if not isinstance(content, bytes):
            raise Unopenable
        return content

    # -- what is derived from purpose keys
    def blind_index(self, kind: str, value: str) -> int:
        """A short keyed hash of a normalised `value` to look rows up by; many values share one. Carries its version."""
        version = self._purposes.newest("blind-index").version
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
        self._purposes.forget()

    def forget_data_keys(self) -> None:
        """Drop every opened data key from memory: some of them are being destroyed."""
        self._by_id.clear()
        self._newest.clear()
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
            return self._make(owner, klass, incoming=incoming)
        try:
            key = self._opened(stored)
        except (KeysAway, Unopenable):
            if not incoming:
                raise
            return self._make(owner, klass, incoming=True)
        self._remember(key, newest=True)
        return key

    def _make(self, owner: uuid.UUID, klass: str, *, incoming: bool) -> DataKey:
        key_id, version, secret = new_id(), 1, os.urandom(KEY_BYTES)
        if incoming:
            intake_version, public = self._purposes.intake_public()
            kind, under = INTAKE, wraps.intake_name(intake_version)
            aad = wraps.data_key_aad(key_id, version, owner, klass, kind, under)
            wrapped = wraps.wrap_for_intake(public, secret, aad)
        else:
            kind, under = KEK, self.provider.key_id
            aad = wraps.data_key_aad(key_id, version, owner, klass, kind, under)
            wrapped = self.provider.wrap(secret, aad)
        self._hold().settle = self._settle
        self._store.add_data_key(StoredDataKey(key_id, owner, klass, version, kind, under, wrapped, clock.now()))
        key = DataKey(key_id, version, owner, klass, kind, secret)
        self._remember(key, newest=True)
        return key

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
            aad = wraps.data_key_aad(stored.id, stored.version, stored.owner, stored.klass, kind, under)
            if kind == INTAKE and stored.klass in MAY_COME_IN:
                private = self._purposes.secret("intake", wraps.intake_version(under))
                secret = wraps.unwrap_from_intake(private, stored.wrapped, aad)
            elif kind == KEK:
                secret = self.provider.unwrap(stored.wrapped, aad, under)
            else:
                raise Unopenable
        except OverflowError as error:  # a version that no key has
            raise Unopenable from error
        return DataKey(stored.id, stored.version, stored.owner, stored.klass, kind, secret)

    # -- memory
    def _hold(self) -> Unsettled:
        return self._store.unsettled()

    def _remember(self, key: DataKey, *, newest: bool = False) -> None:
        """Keep an opened key: in this transaction alone while that has made keys, else for all."""
        here = self._hold()
        if here.settle is None:
            self._by_id.put(key.id.bytes, key)
            if newest:
                self._newest.put((key.owner, key.klass), key)
            return
        here.keys[key.id.bytes] = key
        if newest:
            here.newest[key.owner, key.klass] = key

    def _settle(self, here: Unsettled) -> None:
        """The transaction has committed: what it made exists."""
        for key in here.keys.values():
            self._by_id.put(key.id.bytes, key)
        for place, key in here.newest.items():
            self._newest.put(place, key)


def init_vault(app: Flask, provider: KeyProvider, store: KeyStore | None = None) -> None:
    """Give `app` its vault. The keys lie in its database unless another `store` is given."""
    app.extensions["tesa_vault"] = Vault(provider, store or DatabaseKeyStore())


vault: Vault = cast(Vault, LocalProxy(lambda: current_app.extensions["tesa_vault"]))
