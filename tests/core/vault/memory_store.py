"""A place for wrapped keys without a database, and a key service that can go away. Both remember."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace

from tesa.core.vault import KeysAway
from tesa.core.vault.keystore import StoredDataKey, StoredPurposeKey, Unsettled
from tesa.core.vault.provider import KeyProvider
from tesa.core.vault.providers.local_file import LocalFileKeyProvider
from tesa.core.vault.vault import Vault


class MemoryKeyStore:
    """Keeps rows in lists. `commit()` and `rollback()` end its transaction."""

    def __init__(self) -> None:
        self.rows: dict[uuid.UUID, StoredDataKey] = {}
        self.purposes: dict[tuple[str, int], StoredPurposeKey] = {}
        self.reads = 0
        self._before: tuple[dict, dict] = ({}, {})
        self._unsettled = Unsettled()

    def commit(self) -> None:
        if self._unsettled.settle is not None:
            self._unsettled.settle(self._unsettled)
        self._unsettled = Unsettled()
        self._before = (dict(self.rows), dict(self.purposes))

    def rollback(self) -> None:
        self.rows, self.purposes = dict(self._before[0]), dict(self._before[1])
        self._unsettled = Unsettled()

    def change(self, key_id: uuid.UUID, **changes: object) -> None:
        """Somebody with a pen in the database."""
        self.rows[key_id] = replace(self.rows[key_id], **changes)  # type: ignore[arg-type]

    def unsettled(self) -> Unsettled:
        return self._unsettled

    def data_key(self, key_id: uuid.UUID) -> StoredDataKey | None:
        self.reads += 1
        return self.rows.get(key_id)

    def data_keys(self, owner: uuid.UUID, klass: str) -> Sequence[StoredDataKey]:
        self.reads += 1
        own = [row for row in self.rows.values() if (row.owner, row.klass) == (owner, klass)]
        return sorted(own, key=lambda row: (row.version, row.created_at), reverse=True)

    def newest(self, owner: uuid.UUID, klass: str, kinds: Collection[str]) -> StoredDataKey | None:
        usable = (r for r in self.data_keys(owner, klass) if r.shredded_at is None and r.wrap_kind in kinds)
        return next(usable, None)

    def add_data_key(self, key: StoredDataKey) -> None:
        self.rows[key.id] = key

    def purpose_key(self, name: str, version: int | None = None) -> StoredPurposeKey | None:
        self.reads += 1
        named = [p for p in self.purposes.values() if p.name == name]
        if version is not None:
            return self.purposes.get((name, version))
        return max((p for p in named if p.retired_at is None), key=lambda p: p.version, default=None)

    def purpose_keys(self) -> Sequence[StoredPurposeKey]:
        return [p for p in self.purposes.values() if p.retired_at is None]

    def add_purpose_key(self, key: StoredPurposeKey) -> None:
        self.purposes.setdefault((key.name, key.version), key)


class FlightyProvider:
    """A key service: counts what it is asked, and can be away."""

    def __init__(self, inner: KeyProvider) -> None:
        self.inner, self.away, self.asked = inner, False, 0

    @property
    def key_id(self) -> str:
        return self.inner.key_id

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        self._answer()
        return self.inner.wrap(plain, aad)

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        self._answer()
        return self.inner.unwrap(wrapped, aad, key_id)

    def _answer(self) -> None:
        self.asked += 1
        if self.away:
            raise KeysAway


def make_provider(*keys: str, current: str | None = None) -> LocalFileKeyProvider:
    """A provider with these keys (named as given, made from their names); the last is current."""
    named = {name: name.encode().ljust(32, b"-") for name in (keys or ("kek-one",))}
    return LocalFileKeyProvider(named, current or list(named)[-1])


def make_vault(
    provider: KeyProvider | None = None, store: MemoryKeyStore | None = None
) -> tuple[Vault, MemoryKeyStore]:
    """A vault with complete purpose keys. A second one on the same store is another process."""
    store = store or MemoryKeyStore()
    vault = Vault(provider or make_provider(), store)
    vault.ensure_purpose_keys()
    store.commit()
    return vault, store
