"""The database: one Flask-SQLAlchemy object, the base of all tables, the UTC column type and new ids.

SQLite runs in WAL mode with real foreign keys. A write transaction there takes the write lock at once (`BEGIN
IMMEDIATE`, asked for by `transaction()` through the execution option `writes`), so that two processes queue for it
instead of failing half way with "database is locked"; reads use a plain `BEGIN` and never wait for a writer.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, Uuid, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import LargeBinary, TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; always gives aware UTC, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime may not be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    registry = registry(type_annotation_map={datetime: UtcDateTime(), uuid.UUID: Uuid(), bytes: LargeBinary()})
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def new_id() -> uuid.UUID:
    """A fresh random id."""
    return uuid.uuid4()


def engine_options(url: str) -> dict[str, Any]:
    """Pool and driver options for a database URL."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "check_same_thread": False}, "pool_size": 32, "max_overflow": 64}
    return {"pool_size": 16, "max_overflow": 48, "connect_args": {"connect_timeout": 5}}


def normalised_url(url: str) -> str:
    """The SQLAlchemy URL with the driver that TeSA ships (psycopg 3) for PostgreSQL."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def prepare_engine(engine: Engine) -> None:
    """Set the pragmas and the transaction manners of SQLite on `engine`; on PostgreSQL, look at rested connections."""
    if engine.dialect.name != "sqlite":
        _look_at_rested(engine)
        return

    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see the module's docstring
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


RESTED = 5.0  # seconds after which a pooled connection is asked whether it is still there


def _look_at_rested(engine: Engine) -> None:
    """Ask a connection that has rested whether it is still there, before it is used: the database may have been
    restarted. A busy one is not asked each time; the first that fails throws the whole pool away.
    """

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is not None and time.monotonic() - since > RESTED and not _answers(engine, connection):
            raise DisconnectionError("the connection is gone")


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


def init_db(app: Flask, url: str) -> None:
    """Bind the database object to `app`."""
    app.config["SQLALCHEMY_DATABASE_URI"] = normalised_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
