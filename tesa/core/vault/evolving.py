"""A purpose key that moves on: of its versions only the newest is stored, wrapped; the ones before are deleted.

Each next secret is made from the one before by a one-way step, so whoever finds today's cannot work out yesterday's.
A second purpose key, the root, begins the line. Whoever has to check old values opens the root and walks the line
again; nothing else ever needs it, so a key service may refuse it to the processes that serve pages.
"""

from __future__ import annotations

import hmac

from sqlalchemy import delete

from tesa.core import clock
from tesa.core.db import db
from tesa.core.vault import wraps
from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import KeyFileProblem
from tesa.core.vault.keystore import PURPOSE_KEY, DatabaseKeyStore, StoredPurposeKey
from tesa.core.vault.live_key_file import settled
from tesa.core.vault.vault import vault


def next_secret(secret: bytes, name: str, version: int, bound: bytes) -> bytes:
    """The secret of `version` from that of the version before: one way, and different for every `bound`."""
    message = joined(b"tesa evolving key", name.encode(), version.to_bytes(8, "big"), bound)
    return hmac.digest(secret, message, "sha256")


def newest_secret(name: str) -> tuple[int, bytes]:
    """Version and secret of the newest. Raises KeyFileProblem when there is none, KeysAway, Unopenable."""
    row = DatabaseKeyStore().purpose_key(name)
    return _there(name, row).version, _opened(_there(name, row))


def newest_version(name: str) -> int | None:
    """The version that is stored, without opening it; None when there is none."""
    row = DatabaseKeyStore().purpose_key(name)
    return None if row is None else row.version


def root_secret(root: str) -> bytes:
    """The root's secret, opened for this moment and not remembered. Raises as `newest_secret`."""
    return _opened(_there(root, DatabaseKeyStore().purpose_key(root, 1)))


def begin_line(name: str, root: str) -> None:
    """Store version 0, made from the root, unless the line has begun. In the caller's transaction."""
    if newest_version(name) is None:
        keep_newest(wrapped_for(name, 0, next_secret(root_secret(root), name, 0, b"")))


def wrapped_for(name: str, version: int, secret: bytes) -> StoredPurposeKey:
    """The row that would store this version. Asks the key provider; raises KeysAway."""
    provider = settled(vault.provider)
    under = provider.key_id
    wrapped = provider.wrap(secret, wraps.purpose_key_aad(name, version, under))
    return StoredPurposeKey(name, version, under, wrapped, None, clock.now())


def keep_newest(row: StoredPurposeKey) -> None:
    """Store `row`, made by `wrapped_for`, and delete the versions before it. In the caller's transaction."""
    DatabaseKeyStore().add_purpose_key(row)
    older = (PURPOSE_KEY.c.name == row.name) & (PURPOSE_KEY.c.version < row.version)
    db.session.connection().execute(delete(PURPOSE_KEY).where(older))


def _there(name: str, row: StoredPurposeKey | None) -> StoredPurposeKey:
    if row is None:
        raise KeyFileProblem(
            f"Kunci {name} belum dibuat; jalankan `tesa db upgrade` / there is no {name} key; run `tesa db upgrade`"
        )
    return row


def _opened(row: StoredPurposeKey) -> bytes:
    return vault.provider.unwrap(row.wrapped, wraps.purpose_key_aad(row.name, row.version, row.kek_id), row.kek_id)
