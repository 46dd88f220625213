"""The key of the day: each day's entries are signed with a key of their own, and yesterday's is gone.

    K(0)    = HMAC(root, …)                                   made by `tesa db upgrade`
    K(next) = HMAC(K(day), next day ‖ mac of the last entry before it)

- Whoever takes today's key out of a running process can sign whatever she likes *today*. She cannot work out the key of
  yesterday, so no older entry can be changed, left out or put in. Because the next key depends on the last entry of the
  day before, the end of a past day cannot be cut off either: today's entries would be signed with the wrong key.
- To check old days one needs the root. It is the purpose key `audit`, wrapped by the key provider like the others, but
  no process that serves pages or ticks ever asks for it: only `tesa db upgrade` once, `tesa audit verify`, and the
  re-wrapping of keys. With Vault or AWS KMS the policy of the pages' role can refuse it. Where the key-encryption key is
  a local file, whoever reads that file and the database opens the root as well: then only the heads in the second place
  (heads.py) stand against her.
- Any process goes from the key it holds to today's by itself, with what stands in the chain, under the lock of the
  chain. So it does not matter how many cross midnight at once, or whether the key provider is away then. The worker
  stores the new key wrapped, and deletes the one before, as soon as the provider answers (`store_newest`).
- The day is that of the entry, and never earlier than that of the entry before it: a clock set back does not bring an
  old key back. A clock set far ahead makes all entries share one key until its day has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import evolving

ROOT, NAME = "audit", "audit-day"  # purpose keys
_HELD = "tesa_audit_day_key"


@dataclass(frozen=True)
class DayKey:
    """The key of one epoch: a day in UTC, counted from 1970; 0 before the first."""

    epoch: int
    secret: bytes = field(repr=False)

    def next(self, epoch: int, prev: bytes) -> DayKey:
        """The key of the next epoch in use; `prev` is the mac of the last entry before it."""
        return DayKey(epoch, evolving.next_secret(self.secret, NAME, epoch, prev))


def root() -> bytes:
    """The key that old entries are checked with; only a check asks for it."""
    return evolving.root_secret(ROOT)


def first_key(root_secret: bytes) -> DayKey:
    """The key at the beginning of the line; no entry is signed with it."""
    return DayKey(0, evolving.next_secret(root_secret, NAME, 0, b""))


def key_for(session: Session, day: int, last_epoch: int | None, prev: bytes) -> DayKey:
    """The key for an entry of `day` that follows an entry of `last_epoch` with the mac `prev`, under the chain's lock.

    Raises KeysAway only in a process that has never held a key of the line, KeyFileProblem when there is no line.
    """
    key = _caught_up(session, _held() or DayKey(*evolving.newest_secret(NAME)), last_epoch or 0)
    return key if day <= key.epoch else key.next(day, prev)


def _caught_up(session: Session, key: DayKey, last_epoch: int) -> DayKey:
    """The key of the newest entry, reached from an older one along the first entries of each epoch."""
    if key.epoch >= last_epoch:
        return key
    entry = AuditEntry.__table__.c
    newer = select(func.min(entry.seq)).where(entry.epoch > key.epoch).group_by(entry.epoch)
    for first in session.execute(select(entry.epoch, entry.prev).where(entry.seq.in_(newer)).order_by(entry.seq)):
        key = key.next(first.epoch, first.prev)
    return key


def hold(key: DayKey) -> None:
    """Remember a key in this process, in place of the one before: what it signed is committed."""
    held = _held()
    if held is None or held.epoch < key.epoch:
        current_app.extensions[_HELD] = key


def hold_newest() -> None:
    """Open the stored key, so that this process can sign from now on though the provider goes away."""
    hold(DayKey(*evolving.newest_secret(NAME)))


def _held() -> DayKey | None:
    key: DayKey | None = current_app.extensions.get(_HELD)
    return key


def store_newest() -> bool:
    """Store the key of the newest entry and delete the ones before, if that has not been done; True when it was.

    An edge of its own: the provider is asked outside any transaction. Raises KeysAway.
    """
    session = db.session()
    newest = session.scalar(select(func.max(AuditEntry.epoch)))
    stored = evolving.newest_version(NAME)
    if newest is None or (stored is not None and stored >= newest):
        session.rollback()
        return False
    key = _caught_up(session, _held() or DayKey(*evolving.newest_secret(NAME)), newest)
    session.rollback()
    row = evolving.wrapped_for(NAME, key.epoch, key.secret)
    with transaction():
        evolving.keep_newest(row)
    hold(key)
    return True
