"""Purpose keys: one for each thing that is not a field, and the intake pair. Wrapped by the provider, in versions."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

from tesa.core import clock
from tesa.core.vault import wraps
from tesa.core.vault.cache import KEPT_SECONDS, KeyCache
from tesa.core.vault.errors import KeyFileProblem, Unopenable
from tesa.core.vault.keystore import KeyStore, StoredPurposeKey
from tesa.core.vault.live_key_file import settled
from tesa.core.vault.provider import KEY_BYTES, KeyProvider

PURPOSES = ("blind-index", "audit", "pepper", "intake")
LEFT_CLOSED = frozenset({"audit"})  # the root of an evolving key: opened to check old values, by nothing else
# After this long every process knows a new version: the time for which answers are remembered, twice, for clocks that
# go wrong.
SETTLES = timedelta(seconds=2 * KEPT_SECONDS)


class PurposeKeys:
    """Finds and opens purpose keys.

    Which version is the newest is asked again every minute, so that a rotation is noticed; the secret of a version
    never changes and is opened once a process, so that the blind index outlives a provider that is away.
    """

    def __init__(self, provider: KeyProvider, store: KeyStore) -> None:
        self._provider, self._store = provider, store
        self._newest: KeyCache[str, StoredPurposeKey] = KeyCache()
        self._live: KeyCache[str, tuple[StoredPurposeKey, ...]] = KeyCache()
        self._secrets: dict[tuple[str, int], bytes] = {}

    def newest(self, name: str) -> StoredPurposeKey:
        """The row new values are made with; its secret stays closed. Raises KeyFileProblem when there is none."""
        known = self._newest.get(name)
        if known is not None:
            return known
        row = self._newest_stored(name)
        if not self._store.unsettled().settle:
            self._newest.put(name, row)
        return row

    def live(self, name: str) -> tuple[StoredPurposeKey, ...]:
        """All versions that are not retired, newest first; none is opened. Raises KeyFileProblem when there is none."""
        known = self._live.get(name)
        if known is not None:
            return known
        rows = [row for row in self._store.purpose_keys() if row.name == name]
        if not rows:
            raise _missing(name)
        found = tuple(sorted(rows, key=lambda row: row.version, reverse=True))
        if not self._store.unsettled().settle:
            self._live.put(name, found)
        return found

    def settled_version(self, name: str) -> int:
        """The newest version that every process knows by now; where there is but one, that.

        So nothing is written with a version before everybody looks things up by it as well.
        """
        live = self.live(name)
        if len(live) > 1:
            known_since = clock.now() - SETTLES
            live = tuple(row for row in live if row.created_at <= known_since) or live[-1:]
        return live[0].version

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
                self._store.add_purpose_key(self._made(name, 1))

    def add_version(self, name: str) -> int:
        """Make the version after the newest, in this transaction; its number. Raises KeysAway."""
        version = self._newest_stored(name).version + 1
        self._store.add_purpose_key(self._made(name, version))
        return version

    def rewrapped(self, row: StoredPurposeKey) -> StoredPurposeKey:
        """The same key, wrapped under what the provider wraps with now. Raises Unopenable, KeysAway."""
        secret, provider = self._opened(row), settled(self._provider)
        under = provider.key_id
        wrapped = provider.wrap(secret, wraps.purpose_key_aad(row.name, row.version, under))
        return replace(row, kek_id=under, wrapped=wrapped)

    def check(self) -> None:
        """Do our keys open all of them, and do the halves of the intake pair belong together?

        What is opened is kept: a process that has checked at its start does its work while the provider is away.
        Raises KeyFileProblem naming what to do, KeysAway.
        """
        rows = self._store.purpose_keys()
        for name in PURPOSES:
            if name not in {row.name for row in rows}:
                raise _missing(name)
        for row in rows:
            if row.name in LEFT_CLOSED:
                continue
            try:
                secret = self._opened(row)
            except Unopenable as error:
                raise KeyFileProblem(
                    "TESA_KEY_PROVIDER, TESA_KEY_FILE: kunci ini bukan kunci basis data ini / "
                    "this is not the key of this database"
                ) from error
            if row.name in PURPOSES and not self._store.unsettled().settle:
                self._secrets[row.name, row.version] = secret

    def forget(self) -> None:
        """Drop every secret from memory."""
        self._newest.clear()
        self._live.clear()
        self._secrets.clear()

    def _newest_stored(self, name: str) -> StoredPurposeKey:
        row = self._store.purpose_key(name)
        if row is None:
            raise _missing(name)
        return row

    def _opened(self, row: StoredPurposeKey) -> bytes:
        secret = self._provider.unwrap(
            row.wrapped, wraps.purpose_key_aad(row.name, row.version, row.kek_id), row.kek_id
        )
        if row.name == "intake" and wraps.public_half(secret) != row.public:
            raise Unopenable
        return secret

    def _made(self, name: str, version: int) -> StoredPurposeKey:
        secret, public = wraps.new_intake_pair() if name == "intake" else (os.urandom(KEY_BYTES), None)
        provider = settled(self._provider)
        under = provider.key_id
        wrapped = provider.wrap(secret, wraps.purpose_key_aad(name, version, under))
        return StoredPurposeKey(name, version, under, wrapped, public, clock.now())


def _missing(name: str) -> KeyFileProblem:
    return KeyFileProblem(
        f"Kunci {name} belum dibuat; jalankan `tesa db upgrade` / there is no {name} key; run `tesa db upgrade`"
    )
