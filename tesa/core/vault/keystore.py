"""Where wrapped keys lie, and which opened keys belong to a transaction that may still be undone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import Table, event, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from tesa.core.db import db
from tesa.core.vault.models import DataKeyRow, PurposeKey
from tesa.core.vault.records import DataKey

DATA_KEY = cast(Table, DataKeyRow.__table__)
PURPOSE_KEY = cast(Table, PurposeKey.__table__)
INSERT_DATA_KEY = insert(DATA_KEY)
Place = tuple[uuid.UUID, str]  # owner and class


@dataclass(frozen=True)
class StoredDataKey:
    """A row of `data_key`."""

    id: uuid.UUID
    owner: uuid.UUID
    klass: str
    version: int
    wrap_kind: str
    wrapped_under: str
    wrapped: bytes = field(repr=False)
    created_at: datetime
    shredded_at: datetime | None = None
    renewed_at: datetime | None = None


@dataclass(frozen=True)
class StoredPurposeKey:
    """A row of `purpose_key`."""

    name: str
    version: int
    kek_id: str
    wrapped: bytes = field(repr=False)
    public: bytes | None
    created_at: datetime
    retired_at: datetime | None = None


@dataclass
class Unsettled:
    """The opened keys of one transaction that has made a key.

    None of them may outlive it unless it commits: a text sealed under a key whose row was rolled back is lost. So
    from the first key made (`settle` is set) until the transaction ends, what is made *and* what is read stays here;
    `settle` hands it over after the commit. Any rollback, that of a savepoint too, empties it.
    """

    settle: Callable[[Unsettled], None] | None = None
    keys: dict[bytes, DataKey] = field(default_factory=dict)
    newest: dict[Place, DataKey] = field(default_factory=dict)

    def forget(self) -> None:
        """A part of the transaction was undone: look everything up again."""
        self.keys.clear()
        self.newest.clear()


class KeyStore(Protocol):
    """What the vault needs of a place for wrapped keys. All of it happens in the caller's transaction."""

    def unsettled(self) -> Unsettled:
        """The keys of the present transaction."""
        ...

    def data_key(self, key_id: uuid.UUID) -> StoredDataKey | None:
        """One data key, shredded or not."""
        ...

    def data_keys(self, owner: uuid.UUID, klass: str) -> Sequence[StoredDataKey]:
        """All keys of an owner and class, newest first, shredded ones too."""
        ...

    def newest(self, owner: uuid.UUID, klass: str, kinds: Collection[str]) -> StoredDataKey | None:
        """The newest key that is not shredded and was wrapped in one of `kinds`."""
        ...

    def add_data_key(self, key: StoredDataKey) -> None:
        """Write a fresh key."""
        ...

    def purpose_key(self, name: str, version: int | None = None) -> StoredPurposeKey | None:
        """This version, or the newest that is not retired."""
        ...

    def purpose_keys(self) -> Sequence[StoredPurposeKey]:
        """All that are not retired."""
        ...

    def add_purpose_key(self, key: StoredPurposeKey) -> None:
        """Write a fresh one, unless somebody else has just written that name and version."""
        ...


class DatabaseKeyStore:
    """The tables `data_key` and `purpose_key`, through `db.session`."""

    def unsettled(self) -> Unsettled:
        """See KeyStore."""
        return _unsettled(db.session())

    def data_key(self, key_id: uuid.UUID) -> StoredDataKey | None:
        """See KeyStore."""
        row = _connection().execute(select(DATA_KEY).where(DATA_KEY.c.id == key_id)).mappings().one_or_none()
        return None if row is None else StoredDataKey(**row)

    def data_keys(self, owner: uuid.UUID, klass: str) -> Sequence[StoredDataKey]:
        """See KeyStore."""
        of_owner = select(DATA_KEY).where(DATA_KEY.c.owner == owner, DATA_KEY.c.klass == klass)
        rows = _connection().execute(of_owner.order_by(DATA_KEY.c.version.desc(), DATA_KEY.c.created_at.desc()))
        return [StoredDataKey(**row) for row in rows.mappings()]

    def newest(self, owner: uuid.UUID, klass: str, kinds: Collection[str]) -> StoredDataKey | None:
        """See KeyStore."""
        of_owner = select(DATA_KEY).where(DATA_KEY.c.owner == owner, DATA_KEY.c.klass == klass)
        usable = of_owner.where(DATA_KEY.c.shredded_at.is_(None), DATA_KEY.c.wrap_kind.in_(sorted(kinds)))
        newest = usable.order_by(DATA_KEY.c.version.desc(), DATA_KEY.c.created_at.desc()).limit(1)
        row = _connection().execute(newest).mappings().one_or_none()
        return None if row is None else StoredDataKey(**row)

    def add_data_key(self, key: StoredDataKey) -> None:
        """See KeyStore."""
        _connection().execute(INSERT_DATA_KEY, _values(key))

    def purpose_key(self, name: str, version: int | None = None) -> StoredPurposeKey | None:
        """See KeyStore."""
        named = select(PURPOSE_KEY).where(PURPOSE_KEY.c.name == name)
        if version is None:
            wanted = named.where(PURPOSE_KEY.c.retired_at.is_(None)).order_by(PURPOSE_KEY.c.version.desc()).limit(1)
        else:
            wanted = named.where(PURPOSE_KEY.c.version == version)
        row = _connection().execute(wanted).mappings().one_or_none()
        return None if row is None else StoredPurposeKey(**row)

    def purpose_keys(self) -> Sequence[StoredPurposeKey]:
        """See KeyStore."""
        rows = _connection().execute(select(PURPOSE_KEY).where(PURPOSE_KEY.c.retired_at.is_(None)))
        return [StoredPurposeKey(**row) for row in rows.mappings()]

    def add_purpose_key(self, key: StoredPurposeKey) -> None:
        """See KeyStore."""
        connection = _connection()
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(PURPOSE_KEY).on_conflict_do_nothing(), _values(key))


def _connection() -> Any:
    """The connection of the present transaction. Core, not ORM: an identity map would keep wrapped keys alive."""
    return db.session.connection()


def _values(key: StoredDataKey | StoredPurposeKey) -> dict[str, Any]:
    return dict(vars(key))


def _unsettled(session: Session) -> Unsettled:
    found: Unsettled | None = session.info.get("tesa_vault")
    if found is None:
        found = session.info["tesa_vault"] = Unsettled()
    return found


@event.listens_for(db.session, "after_commit")
def _settle(session: Session) -> None:
    found = _unsettled(session)
    if found.settle is not None and not session.in_nested_transaction():  # a released savepoint settles nothing
        found.settle(found)


@event.listens_for(db.session, "after_soft_rollback")
def _undo(session: Session, previous: SessionTransaction) -> None:
    _unsettled(session).forget()


@event.listens_for(db.session, "after_transaction_end")
def _end(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop("tesa_vault", None)
