"""The key file while TeSA runs: another process may add a key to it or take one away.

A process looks whether the file has been replaced whenever it is about to wrap something (`snapshot`), and whenever it
meets a key id it does not know. So a new key counts at once, everywhere, without a restart.

The file is only ever replaced whole: written aside, synced, renamed, and the folder synced. Whoever is killed on the way
leaves the file as it was. Two who change it at the same time take turns.
"""

from __future__ import annotations

import base64
import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tesa.core import failpoints
from tesa.core.vault.errors import KeyFileProblem
from tesa.core.vault.provider import KEY_BYTES, KeyProvider
from tesa.core.vault.providers.local_file import LocalFileKeyProvider

log = logging.getLogger(__name__)
Stamp = tuple[int, int, int]


class LiveKeyFile:
    """The provider of a key file that may change. `read` gives the provider of what stands in it now."""

    def __init__(self, path: Path, read: Callable[[], LocalFileKeyProvider], name_of: Callable[[bytes], str]) -> None:
        self._path, self._read, self._name_of = path, read, name_of
        self._stamp = self._stamped()
        self._now = read()

    def __repr__(self) -> str:
        return f"LiveKeyFile(key_id={self._now.key_id!r})"

    @property
    def key_id(self) -> str:
        """See KeyProvider. Whoever wraps under it takes both from one `snapshot`."""
        return self.snapshot().key_id

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """See KeyProvider."""
        return self.snapshot().wrap(plain, aad)

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """See KeyProvider."""
        now = self._now
        if key_id not in now.key_ids:
            now = self.snapshot()
        return now.unwrap(wrapped, aad, key_id)

    def snapshot(self) -> LocalFileKeyProvider:
        """The keys of this moment, which do not change. A file that has become unfit meanwhile changes nothing."""
        try:
            stamp = self._stamped()
            if stamp != self._stamp:
                # In this order: if it is replaced once more in between, the next look notices.
                self._now, self._stamp = self._read(), stamp
        except (OSError, KeyFileProblem):
            log.exception("the key file has become unfit; the keys read before are used")
        return self._now

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of all keys in the file."""
        return self.snapshot().key_ids

    def add_key(self) -> str:
        """Add a fresh key, the one that wraps from now on; its id. It is on the disk when this returns."""
        with self._alone():
            keys = dict(self._read().keys())
            fresh = os.urandom(KEY_BYTES)
            name = self._name_of(fresh)
            self._replace({**keys, name: fresh}, name)
        return name

    def remove_keys(self, names: frozenset[str]) -> frozenset[str]:
        """Take away the keys with these names, but never the one that wraps; those taken."""
        with self._alone():
            present = self._read()
            taken = (names & present.key_ids) - {present.key_id}
            if taken:
                self._replace({n: key for n, key in present.keys().items() if n not in taken}, present.key_id)
        return frozenset(taken)

    def _stamped(self) -> Stamp:
        there = self._path.stat()
        return there.st_ino, there.st_mtime_ns, there.st_size

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _replace(self, keys: Mapping[str, bytes], current: str) -> None:
        written = {name: base64.b64encode(key).decode() for name, key in keys.items()}
        content = {"format": 1, "current": current, "keys": written}
        aside = self._path.with_name(f".{self._path.name}.new")
        aside.unlink(missing_ok=True)  # left by one that was killed
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(descriptor)
        failpoints.reach("key-file-before-rename")
        aside.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        failpoints.reach("key-file-after-rename")


def key_file_of(provider: KeyProvider) -> LiveKeyFile | None:
    """The key file that wraps; None when a key service does."""
    wrapping = getattr(provider, "current", provider)
    return wrapping if isinstance(wrapping, LiveKeyFile) else None


def settled(provider: KeyProvider) -> KeyProvider:
    """What to wrap with: a provider whose `key_id` and `wrap` belong together whatever happens meanwhile."""
    file = key_file_of(provider)
    return provider if file is None else file.snapshot()
