"""How many rows still need a key that a rotation has replaced."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from tesa.core.db import db
from tesa.core.vault.keystore import DATA_KEY, PURPOSE_KEY
from tesa.core.vault.rotation_units import Rotation, heads, key_column, old_indexes, old_keys, old_wraps
from tesa.core.vault.sealed import SealedColumn, sealed_columns
from tesa.core.vault.vault import vault

PAGE = 2000  # rows of which the first bytes are read in one query


def needs(rotation: Rotation) -> dict[str, int]:
    """By table and column: the rows that need what this rotation has replaced. Empty when none does."""
    if rotation.kind in ("kek", "intake"):
        counts = {"data_key": _count(select(func.count()).select_from(DATA_KEY).where(old_wraps(rotation)))}
        if rotation.kind == "kek":
            counts["purpose_key"] = _purpose_keys()
    elif rotation.kind == "index":
        counts = {c.name: _indexed(c, rotation) for c in sealed_columns() if c.index is not None}
    else:
        counts = {column.name: sum(1 for _ in named_keys(column, rotation)) for column in sealed_columns()}
    return {name: count for name, count in counts.items() if count}


def named_keys(column: SealedColumn, rotation: Rotation) -> Iterator[uuid.UUID]:
    """For each row of the column that lies under a data key from before the rotation: the id of that key."""
    after: uuid.UUID | None = None
    while page := heads(column, after, PAGE):
        old = old_keys({key for _, key in page if key is not None}, rotation.started_at)
        yield from (key for _, key in page if key is not None and key in old)
        after = page[-1][0]


def _indexed(column: SealedColumn, rotation: Rotation) -> int:
    return _count(select(func.count(key_column(column))).where(old_indexes(column, rotation)))


def _purpose_keys() -> int:
    stale = (PURPOSE_KEY.c.kek_id != vault.provider.key_id) & (func.length(PURPOSE_KEY.c.wrapped) > 0)
    return _count(select(func.count()).select_from(PURPOSE_KEY).where(stale))


def _count(query: Any) -> int:
    return int(db.session.scalar(query) or 0)
