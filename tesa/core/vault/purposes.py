"""Purpose keys: one for each thing that is not a field, and the intake pair. Wrapped by the provider, in versions."""

from __future__ import annotations

import os

from tesa.core import clock
from tesa.core.vault import wraps
from tesa.core.vault.cache import KeyCache
from tesa.core.vault.errors import KeyFileProblem, Unopenable
from tesa.core.vault.keystore import KeyStore, StoredPurposeKey
from tesa.core.vault.provider import KEY_BYTES, KeyProvider

PURPOSES = ("blind-index", "audit", "pepper", "intake")
LEFT_CLOSED = frozenset({"audit"})  # the root of an evolving key: opened to check old values, by nothing else


class PurposeKeys:
    """Finds and opens purpose keys.

    Which version is the newest is asked again every minute, so that a rotation is noticed; the secret of a version
    never changes and is opened once a process, so that the blind index outlives a provider that is away.
    """

    def __init__(self, provider: KeyProvider, store: KeyStore) -> None:
        self._provider, self._store = provider, store
        self._newest: KeyCache[str, StoredPurposeKey] = KeyCache()
        self._secrets: dict[tuple[str, int], bytes] = {}

    def newest(self, name: str) -> StoredPurposeKey:
        """The row new values are made with; its secret stays closed. Raises KeyFileProblem when there is none."""
        known = self._newest.get(name)
        if known is not None:
            return known
        row = self._store.purpose_key(name)
        if row is None:
            raise _missing(name)
        if not self._store.unsettled().settle:
            self._newest.put(name, row)
        return row

    def secret(self, name: str, version: int | None = None) -> bytes:
        """The secret of this version, or of the newest. Raises Unopenable."""
        wanted = self.newest(name).version if version is None else version
        known = self._secrets.get((name, wanted))
        if known is not None:
            return known
        row = self._store.purpose_key(name, wanted)
        if row is None:
            raise Unopenable
        secret = self._opened(row)
        if not self._store.unsettled().settle:
            self._secrets[name, wanted] = secret
        return secret

    def intake_public(self) -> tuple[int, bytes]:
        """Version and public half of the intake pair, without asking the provider.

        Whoever may write the database could put in a half of her own and read what comes in from then on. Where this
        process has opened the private half already, the two are compared; so does `check`.
        """
        row = self.newest("intake")
        private = self._secrets.get(("intake", row.version))
        if row.public is None or (private is not None and wraps.public_half(private) != row.public):
            raise Unopenable
        return row.version, row.public

    def make_missing(self) -> None:
        """Make those that are missing. Two processes at once end with the same keys: the database keeps the first."""
        present = {row.name for row in self._store.purpose_keys()}
        for name in PURPOSES:
            if name not in present:
                self._store.add_purpose_key(self._made(name))

    def check(self) -> None:
        """Do our keys open all of them, and do the halves of the intake pair belong together?

        Raises KeyFileProblem naming what to do.
        """
        rows = {row.name: row for row in self._store.purpose_keys()}
        for name in PURPOSES:
            if name not in rows:
                raise _missing(name)
        for row in rows.values():
            if row.name in LEFT_CLOSED:
                continue
            try:
                self._opened(row)
            except Unopenable as error:
                raise KeyFileProblem(
                    "TESA_KEY_FILE: kunci ini bukan kunci basis data ini / this is not the key of this database"
                ) from error

    def forget(self) -> None:
        """Drop every secret from memory."""
        self._newest.clear()
        self._secrets.clear()

    def _opened(self, row: StoredPurposeKey) -> bytes:
        secret = self._provider.unwrap(
            row.wrapped, wraps.purpose_key_aad(row.name, row.version, row.kek_id), row.kek_id
        )
        if row.name == "intake" and wraps.public_half(secret) != row.public:
            raise Unopenable
        return secret

    def _made(self, name: str) -> StoredPurposeKey:
        secret, public = wraps.new_intake_pair() if name == "intake" else (os.urandom(KEY_BYTES), None)
        under = self._provider.key_id
        wrapped = self._provider.wrap(secret, wraps.purpose_key_aad(name, 1, under))
        return StoredPurposeKey(name, 1, under, wrapped, public, clock.now())


def _missing(name: str) -> KeyFileProblem:
    return KeyFileProblem(
        f"Kunci {name} belum dibuat; jalankan `tesa db upgrade` / there is no {name} key; run `tesa db upgrade`"
    )
