"""Crypto-shredding: what an owner has sealed in one class is destroyed by destroying its data keys.

The rows and their ciphertexts stay; without the key they are noise. What stays of a key is its id and when it was
destroyed. A tombstone (owner, class, when, why; nothing sealed) is kept in two places: the table `tombstone`, in the
same transaction, and the file of `tombstones.py`, from which a restored backup learns what must not come back.

A process that has opened the key within the last minute still holds it: reading is possible for up to KEPT_SECONDS
more. So whoever shreds makes sure that nothing was sealed for this owner for longer than that (`rested`), else a text
could be sealed under a key that is gone. `shred_again` finds keys that appeared meanwhile.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, SQLColumnExpression, Table, exists, func, insert, select, update

from tesa.core import failpoints
from tesa.core.db import db, new_id
from tesa.core.transactions import after_commit
from tesa.core.vault.cache import KEPT_SECONDS
from tesa.core.vault.errors import KeysAway, Unopenable
from tesa.core.vault.models import DataKeyRow, TombstoneRow
from tesa.core.vault.tombstones import BrokenTombstones, Tombstone, tombstone_file
from tesa.core.vault.vault import vault

log = logging.getLogger(__name__)
DATA_KEY = cast(Table, DataKeyRow.__table__)
TOMBSTONE = cast(Table, TombstoneRow.__table__)


def shred(owner: uuid.UUID, klass: str, why: str, now: datetime) -> int:
    """Destroy every data key of `owner` and `klass`; gives how many there were. `why` is a code.

    The tombstone is on the disk of the second place before `transaction()` returns; where that fails it is logged,
    and `write_missing` makes up for it. Whoever calls writes the audit entry.
    """
    stone = Tombstone(new_id(), owner, klass, why, now)
    db.session.execute(insert(TOMBSTONE), vars(stone))
    destroyed = destroy(stone)
    vault.forget_data_keys()
    failpoints.reach("shred-before-commit")
    after_commit(lambda: _written_aside(stone))
    return destroyed


def destroy(stone: Tombstone) -> int:
    """Destroy the keys of the stone's owner and class that existed when it was set; gives how many."""
    keys = (
        DATA_KEY.c.owner == stone.owner,
        DATA_KEY.c.klass == stone.klass,
        DATA_KEY.c.created_at <= stone.shredded_at,
    )
    gone = update(DATA_KEY).where(*keys, DATA_KEY.c.shredded_at.is_(None))
    return db.session.execute(gone.values(wrapped=b"", shredded_at=stone.shredded_at)).rowcount  # type: ignore[attr-defined, no-any-return]


def shredded_at(owner: uuid.UUID, klass: str) -> datetime | None:
    """When this was destroyed last; None: never."""
    of_owner = (TOMBSTONE.c.owner == owner, TOMBSTONE.c.klass == klass)
    at: datetime | None = db.session.scalar(select(func.max(TOMBSTONE.c.shredded_at)).where(*of_owner))
    return at


def not_shredded_since(
    owner: SQLColumnExpression[uuid.UUID], klass: str, since: SQLColumnExpression[Any]
) -> ColumnElement[bool]:
    """For a query over owners: what they sealed in `klass` was not destroyed at or after `since`."""
    later = (TOMBSTONE.c.owner == owner, TOMBSTONE.c.klass == klass, TOMBSTONE.c.shredded_at >= since)
    return ~exists(select(TOMBSTONE.c.id).where(*later))


def rested(last_sealed: datetime, now: datetime) -> bool:
    """Has nothing been sealed for so long that no process holds the key for sealing?"""
    return now - last_sealed > timedelta(seconds=KEPT_SECONDS)


def shred_again() -> int:
    """Destroy keys that a tombstone's transaction could not see yet; gives how many. Changes nothing otherwise."""
    buried = select(TOMBSTONE.c.owner, TOMBSTONE.c.klass, TOMBSTONE.c.shredded_at, DATA_KEY.c.id).join_from(
        TOMBSTONE,
        DATA_KEY,
        (DATA_KEY.c.owner == TOMBSTONE.c.owner)
        & (DATA_KEY.c.klass == TOMBSTONE.c.klass)
        & (DATA_KEY.c.created_at <= TOMBSTONE.c.shredded_at),
    )
    found = db.session.execute(buried.where(DATA_KEY.c.shredded_at.is_(None))).all()
    for row in found:
        db.session.execute(
            update(DATA_KEY).where(DATA_KEY.c.id == row.id).values(wrapped=b"", shredded_at=row.shredded_at)
        )
    if found:
        vault.forget_data_keys()
    return len(found)


def tombstones(after: uuid.UUID | None = None, limit: int = 1000) -> Sequence[Tombstone]:
    """Tombstones of the table in the order of their ids, `limit` at most, from the one after `after`."""
    query = select(TOMBSTONE).order_by(TOMBSTONE.c.id).limit(limit)
    rows = db.session.execute(query if after is None else query.where(TOMBSTONE.c.id > after))
    return [Tombstone(**row) for row in rows.mappings()]


def write_missing() -> int:
    """Write the tombstones that are in the table but not in the file; gives how many.

    Raises BrokenTombstones when the file cannot be trusted, KeysAway, OSError.
    """
    file, missing, last = tombstone_file(), list[Tombstone](), None
    file.prepare()
    there = {stone.id for stone in file.read()}
    while page := tombstones(last):
        missing += [stone for stone in page if stone.id not in there]
        last = page[-1].id
    file.append(*missing)
    return len(missing)


def _written_aside(stone: Tombstone) -> None:
    """The commit stands: put the tombstone into the second place. The shredding is not undone if that fails."""
    failpoints.reach("shred-after-commit")
    vault.forget_data_keys()  # once more: another thread may have read the key before the commit
    try:
        tombstone_file().append(stone)
    except (OSError, KeysAway, Unopenable, BrokenTombstones):
        log.exception("tombstone %s is not in the second place yet", stone.id)
