"""The check of the whole chain, oldest first, up to the first entry that does not fit."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tesa.accounts.audit.entries import FIELDS, FIRST_FIELDS, GENESIS, day_of, mac_of
from tesa.accounts.audit.keys import DayKey, first_key, root
from tesa.accounts.models import AuditEntry
from tesa.core.db import db

Look = Callable[[Any], None]


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: how many entries are right, the last mac, and the first bad entry if any."""

    entries: int
    head: bytes
    first_bad: int | None = None
    reason: str | None = None


def verify(look: Look | None = None) -> Verdict:
    """Walk the whole chain, oldest first, and stop at the first entry that does not fit.

    `look` is shown each entry that fits, as a row. Opens the root of the keys of the days: raises KeysAway, Unopenable.
    """
    walk = _Walk(root())
    columns = AuditEntry.__table__.c
    query = select(*columns).order_by(columns.seq).execution_options(yield_per=1000, stream_results=True)
    with db.session.execute(query) as chain:  # closed at the first bad entry too: the database still holds the rest
        try:
            for entry in chain:
                reason = walk.fault(entry)
                if reason:
                    return Verdict(walk.count, walk.prev, entry.seq, reason)
                if look is not None:
                    look(entry)
        except (ValueError, TypeError, OverflowError):  # something that no entry can hold was put in by force
            return Verdict(walk.count, walk.prev, walk.count + 1, "unreadable")
    return Verdict(walk.count, walk.prev)


class _Walk:
    """Where a check has arrived: the number of entries that fit, the mac of the last, and the key of its day."""

    def __init__(self, root_secret: bytes) -> None:
        self.count, self.prev = 0, GENESIS
        self._root = root_secret
        self._key: DayKey = first_key(root_secret)

    def fault(self, entry: Any) -> str | None:
        """Why this entry is not the one that comes next; None, and one step on, if it is."""
        if entry.seq != self.count + 1:
            return "gap"
        if not hmac.compare_digest(entry.prev, self.prev):
            return "chain"
        key = self._key_of(entry)
        if key is None:
            return "epoch"
        names = FIRST_FIELDS if entry.epoch is None else FIELDS
        fields = tuple(getattr(entry, name) for name in names)
        if not hmac.compare_digest(entry.mac, mac_of(key, self.prev, entry.seq, entry.epoch, fields)):
            return "mac"
        if entry.epoch is None and entry.session_id is not None:
            return "mac"  # a field that the entries of that time did not have, and did not sign
        self.count, self.prev = self.count + 1, entry.mac
        return None

    def _key_of(self, entry: Any) -> bytes | None:
        """The key that must have signed it; None for a day that cannot follow."""
        if entry.epoch is None:
            return self._root if self._key.epoch == 0 else None
        if entry.epoch < max(self._key.epoch, 1) or day_of(entry.at) > entry.epoch:
            return None
        if entry.epoch > self._key.epoch:
            self._key = self._key.next(entry.epoch, self.prev)
        return self._key.secret
