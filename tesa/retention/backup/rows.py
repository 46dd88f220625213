"""Rows as text: each table's columns with a kind that both databases know, and each row as a list of JSON values."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    column,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from tesa.core.db import Base, UtcDateTime

BATCH = 500
VERSION_TABLE = "alembic_version"

KINDS: dict[str, type[TypeEngine[Any] | UtcDateTime]] = {
    "uuid": Uuid, "time": UtcDateTime, "date": Date, "bytes": LargeBinary, "bool": Boolean, "int": Integer, "float": Float,
    "text": String,
}  # fmt: skip


class UnknownTables(Exception):
    """The database and this program do not know the same tables, so that a backup would leave something out."""


def tables_of(connection: Connection) -> list[Table]:
    """All tables, those that others point at first.

    Raises UnknownTables when the database lacks one, or has another one with rows in it.
    """
    known = list(Base.metadata.sorted_tables)
    names, there = {t.name for t in known}, set(inspect(connection).get_table_names()) - {VERSION_TABLE}
    strange = {n for n in there - names if connection.scalar(select(func.count()).select_from(table(n)))}
    if strange or names - there:
        raise UnknownTables(", ".join(sorted(strange | names - there)))
    return known


def revision_of(connection: Connection) -> str:
    """The revision of the tables."""
    version = Table(VERSION_TABLE, MetaData(), Column("version_num", String))
    return connection.scalar(select(version.c.version_num)) or ""


def kind_of(type_: TypeEngine[Any]) -> str:
    """The kind of a column. Raises TypeError for one that backups cannot carry."""
    for kind, wanted in KINDS.items():
        if isinstance(type_, wanted):
            return kind
    raise TypeError(f"a backup cannot carry {type_!r}")


def columns_of(table_: Table) -> list[list[str]]:
    """Name and kind of each column."""
    return [[c.name, kind_of(c.type)] for c in table_.columns]


def count_of(connection: Connection, table_: Table) -> int:
    """How many rows the table has."""
    return connection.scalar(select(func.count()).select_from(table_)) or 0


def rows_of(connection: Connection, table_: Table) -> Iterator[list[Any]]:
    """The rows in the order of their keys, as JSON values."""
    query = select(*table_.columns).order_by(*table_.primary_key.columns)
    with connection.execution_options(yield_per=BATCH).execute(query) as result:
        for row in result:
            yield [_said(value) for value in row]


def insert_into(connection: Connection, name: str, columns: list[list[str]], rows: list[list[Any]]) -> None:
    """Put rows into the table, as it is at the revision that they were read at."""
    target = table(name, *(column(n, BigInteger() if kind == "int" else KINDS[kind]()) for n, kind in columns))
    values = [
        {n: _meant(kind, value) for (n, kind), value in zip(columns, row, strict=True)} for row in rows
    ]  # fmt: skip
    connection.execute(target.insert(), values)


def _said(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case uuid.UUID():
            return value.hex
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(type(value))


def _meant(kind: str, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case "time":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "uuid":
            return uuid.UUID(value)
        case "bytes":
            return base64.b64decode(value, validate=True)
    return value
