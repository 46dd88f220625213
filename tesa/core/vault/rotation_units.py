"""What a rotation walks through: tables of wrapped keys, or sealed columns; and how a row of them is made anew.

Every change says which bytes it replaces (compare and swap), so a row that somebody has written meanwhile stays as
she wrote it. Rows are locked in passing (`SKIP LOCKED`): what somebody else holds is counted and left for later.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import ColumnElement, LargeBinary, func, inspect, select, type_coerce, update

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault.errors import Shredded, Unopenable
from tesa.core.vault.keystore import DATA_KEY, PURPOSE_KEY, StoredDataKey, StoredPurposeKey
from tesa.core.vault.records import ID_ENDS, DataKey, Field, key_id_of_head
from tesa.core.vault.sealed import BlindIndex, SealedColumn, sealed_columns
from tesa.core.vault.vault import INDEX_BITS, vault
from tesa.core.vault.wraps import INTAKE, KEK, intake_name

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rotation:
    """A row of `key_rotation`; see there."""

    id: uuid.UUID
    kind: str
    source: str
    target: str | None
    started_at: datetime
    unit: str | None
    after: uuid.UUID | None
    turned: int
    missed: int
    pass_began_at: datetime | None
    ready_at: datetime | None
    finished_at: datetime | None
    retired_at: datetime | None


class Unit(Protocol):
    """One table, or one column of it. `name` is kept in the rotation's row."""

    @property
    def name(self) -> str:
        """Which it is."""
        ...

    def page(self, rotation: Rotation, after: uuid.UUID | None, limit: int) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """Of the next `limit` rows those that are due, and the last row looked at (None: there are no more)."""
        ...

    def turn(self, rotation: Rotation, ids: Sequence[Any], now: datetime) -> tuple[int, int]:
        """Make these rows anew, inside the caller's transaction: how many were, and how many somebody else held."""
        ...

    def settled(self) -> None:
        """The transaction of the last `turn` has committed."""
        ...


def units_of(rotation: Rotation) -> tuple[Unit, ...]:
    """What this rotation has to walk through."""
    if rotation.kind == "kek":
        return (WrappedKeys(KEK),)
    if rotation.kind == "intake":
        return (WrappedKeys(INTAKE),)
    if rotation.kind == "index":
        return tuple(Indexed(column, column.index) for column in sealed_columns() if column.index is not None)
    return tuple(Sealed(column, _keys_made_for(rotation)) for column in sealed_columns())


def current_name(rotation: Rotation) -> str:
    """What wrapped keys are to be wrapped under."""
    return vault.provider.key_id if rotation.kind == "kek" else intake_name(int(rotation.target or 0))


def old_wraps(rotation: Rotation) -> ColumnElement[bool]:
    """Which data keys are still wrapped under something else."""
    kind = KEK if rotation.kind == "kek" else INTAKE
    other = DATA_KEY.c.wrapped_under != current_name(rotation)
    return (DATA_KEY.c.wrap_kind == kind) & DATA_KEY.c.shredded_at.is_(None) & other


def rewrap_purpose_keys() -> int:
    """Wrap the purpose keys under what wraps now; how many were changed. There are a handful. Opens transactions."""
    under = vault.provider.key_id
    stale = select(PURPOSE_KEY).where(PURPOSE_KEY.c.kek_id != under, func.length(PURPOSE_KEY.c.wrapped) > 0)
    rows = [StoredPurposeKey(**row) for row in db.session.execute(stale).mappings()]
    fresh = [(row, vault.purpose_rewrapped(row)) for row in rows]  # asks the service before the transaction
    if not fresh:
        return 0
    with transaction():
        changed = 0
        for old, new in fresh:
            same = (PURPOSE_KEY.c.name == old.name) & (PURPOSE_KEY.c.version == old.version)
            swap = update(PURPOSE_KEY).where(same, PURPOSE_KEY.c.wrapped == old.wrapped)
            done = db.session.execute(swap.values(kek_id=new.kek_id, wrapped=new.wrapped))
            changed += done.rowcount  # type: ignore[attr-defined]
    return changed


@dataclass
class WrappedKeys:
    """The data keys of one kind of wrap."""

    kind: str

    @property
    def name(self) -> str:
        """See Unit."""
        return "data_key"

    def page(self, rotation: Rotation, after: uuid.UUID | None, limit: int) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """See Unit."""
        due = select(DATA_KEY.c.id).where(old_wraps(rotation)).order_by(DATA_KEY.c.id).limit(limit)
        ids = list(db.session.scalars(due if after is None else due.where(DATA_KEY.c.id > after)))
        return ids, ids[-1] if ids else None

    def turn(self, rotation: Rotation, ids: Sequence[Any], now: datetime) -> tuple[int, int]:
        """See Unit."""
        due = select(DATA_KEY).where(DATA_KEY.c.id.in_(ids), old_wraps(rotation)).with_for_update(skip_locked=True)
        rows = [StoredDataKey(**row) for row in db.session.execute(due).mappings()]
        turned = 0
        for old in rows:
            try:
                new = vault.rewrapped(old)
            except Unopenable:
                log.exception("data_key %s does not open", old.id)
                continue
            swap = update(DATA_KEY).where(DATA_KEY.c.id == old.id, DATA_KEY.c.wrapped == old.wrapped)
            db.session.execute(swap.values(wrapped_under=new.wrapped_under, wrapped=new.wrapped))
            turned += 1
        return turned, len(ids) - len(rows)

    def settled(self) -> None:
        """See Unit: nothing is remembered here."""


@dataclass
class KeysMade:
    """The data keys that this process has made in one rotation. Old words are entrusted to no other: whoever writes
    the database could have put a key there that she knows.
    """

    rotation_id: uuid.UUID
    known: dict[tuple[uuid.UUID, str], DataKey] = field(default_factory=dict)
    pending: dict[tuple[uuid.UUID, str], DataKey] = field(default_factory=dict)

    def key_for(self, place: Field, old_id: uuid.UUID, now: datetime) -> DataKey | None:
        """The new key of the owner and class of `place`; None when somebody holds the old ones just now."""
        owner = (place.owner, place.klass)
        made = self.known.get(owner) or self.pending.get(owner)
        if made is not None:
            return made
        of_owner = (DATA_KEY.c.owner == place.owner, DATA_KEY.c.klass == place.klass, DATA_KEY.c.shredded_at.is_(None))
        # Locked, so that nobody shreds the old ones without seeing the new one.
        found = db.session.execute(select(DATA_KEY).where(*of_owner).with_for_update(skip_locked=True))
        old = [StoredDataKey(**row) for row in found.mappings()]
        if old_id not in {key.id for key in old}:
            return None
        self.pending[owner] = vault.renewed(old, now)
        return self.pending[owner]

    def settled(self) -> None:
        """The transaction has committed: what it made exists."""
        self.known.update(self.pending)
        self.pending.clear()


def _keys_made_for(rotation: Rotation) -> KeysMade:
    kept: KeysMade | None = current_app.extensions.get("tesa_keys_made")
    if kept is None or kept.rotation_id != rotation.id:
        kept = current_app.extensions["tesa_keys_made"] = KeysMade(rotation.id)
    return kept


@dataclass
class Sealed:
    """One sealed column: what lies under a key from before the rotation is sealed under a new one."""

    column: SealedColumn
    keys: KeysMade

    @property
    def name(self) -> str:
        """See Unit."""
        return self.column.name

    def page(self, rotation: Rotation, after: uuid.UUID | None, limit: int) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """See Unit."""
        rows = heads(self.column, after, limit)
        old = old_keys({key for _, key in rows if key is not None}, rotation.started_at)
        return [row for row, key in rows if key is not None and key in old], rows[-1][0] if rows else None

    def turn(self, rotation: Rotation, ids: Sequence[Any], now: datetime) -> tuple[int, int]:
        """See Unit."""
        self.keys.pending.clear()  # of a transaction that was undone
        turned = held = 0
        rows = locked_rows(self.column, ids)
        for row in rows:
            blob = getattr(row, self.column.column)
            if blob is None:
                continue
            old_id = uuid.UUID(bytes=key_id_of_head(blob))
            if old_id not in old_keys({old_id}, rotation.started_at):
                continue
            place = self.column.field(row)
            key = self.keys.key_for(place, old_id, max(now, rotation.started_at))
            if key is None:
                held += 1
                continue
            try:
                fresh = vault.reseal(place, blob, key)
            except (Unopenable, Shredded):
                log.exception("%s of row %s does not open", self.name, place.row_id)
                continue
            turned += swap(self.column, row, {self.column.column: (blob, fresh)})
        return turned, held + len(ids) - len(rows)

    def settled(self) -> None:
        """See Unit."""
        self.keys.settled()


@dataclass
class Indexed:
    """One index column: the hash under the old key is replaced by that under the new one."""

    column: SealedColumn
    index: BlindIndex

    @property
    def name(self) -> str:
        """See Unit."""
        return f"{self.column.model.__tablename__}.{self.index.column}"

    def page(self, rotation: Rotation, after: uuid.UUID | None, limit: int) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """See Unit."""
        key = key_column(self.column)
        due = select(key).where(old_indexes(self.column, rotation)).order_by(key).limit(limit)
        ids = list(db.session.scalars(due if after is None else due.where(key > after)))
        return ids, ids[-1] if ids else None

    def turn(self, rotation: Rotation, ids: Sequence[Any], now: datetime) -> tuple[int, int]:
        """See Unit."""
        version, turned, rows = int(rotation.target or 0), 0, locked_rows(self.column, ids)
        for row in rows:
            old, blob = getattr(row, self.index.column), getattr(row, self.column.column)
            if old is None or old >> INDEX_BITS >= version:
                continue
            fresh = self._fresh(row, blob, old, version)
            changes = {self.column.column: (blob, blob), self.index.column: (old, fresh)}
            turned += swap(self.column, row, changes)
        return turned, len(ids) - len(rows)

    def _fresh(self, row: Any, blob: bytes | None, old: int, version: int) -> int | None:
        """The new index. A number that was destroyed is found by nobody: its row only gets out of the old version."""
        try:
            words = None if blob is None else vault.unseal(self.column.field(row), blob)
        except (Shredded, Unopenable) as error:
            if isinstance(error, Unopenable):
                log.exception("%s of row %s does not open", self.column.name, row)
            nullable = self.column.model.__table__.c[self.index.column].nullable
            return None if nullable else (version << INDEX_BITS) | (old & ((1 << INDEX_BITS) - 1))
        value = self.index.text(words) if words else None
        return None if value is None else vault.index_in_version(version, self.index.kind, value)

    def settled(self) -> None:
        """See Unit: nothing is remembered here."""


# -- rows of sealed columns
def key_column(column: SealedColumn) -> Any:
    """The primary key, a UUID, of the column's table."""
    [key] = inspect(column.model).primary_key
    return key


def heads(column: SealedColumn, after: uuid.UUID | None, limit: int) -> list[tuple[uuid.UUID, uuid.UUID | None]]:
    """The next `limit` rows in which something is sealed, and the id of the data key that each names (damaged: None)."""
    key, blob = key_column(column), getattr(column.model, column.column)
    head = type_coerce(func.substr(blob, 1, ID_ENDS), LargeBinary())
    page = select(key, head).where(blob.is_not(None)).order_by(key).limit(limit)
    rows = db.session.execute(page if after is None else page.where(key > after))
    return [(row_id, _key_id(column, row_id, bytes(start))) for row_id, start in rows]


def _key_id(column: SealedColumn, row_id: uuid.UUID, head: bytes) -> uuid.UUID | None:
    try:
        return uuid.UUID(bytes=key_id_of_head(head))
    except Unopenable:
        log.error("%s of row %s is no sealed field", column.name, row_id)
        return None


def old_keys(ids: set[uuid.UUID], before: datetime) -> set[uuid.UUID]:
    """Those of the data keys that were made before that instant and are not shredded."""
    made = func.coalesce(DATA_KEY.c.renewed_at, DATA_KEY.c.created_at)
    old = select(DATA_KEY.c.id).where(DATA_KEY.c.id.in_(ids), DATA_KEY.c.shredded_at.is_(None), made < before)
    return set(db.session.scalars(old))


def old_indexes(column: SealedColumn, rotation: Rotation) -> ColumnElement[bool]:
    """Which rows are indexed in an earlier version than the rotation's."""
    index = column.index
    if index is None:
        raise ValueError(column.name)
    stored: ColumnElement[bool] = getattr(column.model, index.column) < int(rotation.target or 0) << INDEX_BITS
    return stored


def locked_rows(column: SealedColumn, ids: Sequence[Any]) -> Sequence[Any]:
    """The rows with these ids that nobody else holds, as they stand now, locked."""
    key = key_column(column)
    rows = select(column.model).where(key.in_(ids)).order_by(key).with_for_update(skip_locked=True)
    return db.session.scalars(rows.execution_options(populate_existing=True)).all()


def swap(column: SealedColumn, row: Any, changes: dict[str, tuple[Any, Any]]) -> int:
    """Change these columns of the row from one value to the other, if they still are what they were; 1 if so."""
    table, key = column.model.__table__, key_column(column)
    same = [table.c[name] == old for name, (old, _) in changes.items()]
    this = table.c[key.name] == getattr(row, key.key)
    done = db.session.execute(
        update(table).where(this, *same).values({name: new for name, (_, new) in changes.items()})
    )
    return done.rowcount  # type: ignore[attr-defined, no-any-return]
