"""What is sealed stands in one list: rotation, the check of the data and retention walk it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from sqlalchemy import Column, LargeBinary, MetaData, Table

from tesa.core.db import db
from tesa.core.vault import SealedColumn, sealed_columns


def unlisted(metadata: MetaData, listed: Iterable[SealedColumn]) -> set[str]:
    """The sealed columns of `metadata` that nobody has listed, as `table.column`."""
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    return there - {column.name for column in listed}


def test_every_sealed_column_is_listed_once(app: Flask) -> None:
    assert unlisted(db.metadata, sealed_columns()) == set()
    names = [column.name for column in sealed_columns()]
    assert len(names) == len(set(names))
    for column in sealed_columns():
        assert isinstance(column.model.__table__.c[column.column].type, LargeBinary)


def test_a_new_sealed_column_is_noticed(app: Flask) -> None:
    metadata = MetaData()
    Table("fresh", metadata, Column("word_sealed", LargeBinary()))
    assert unlisted(metadata, sealed_columns()) == {"fresh.word_sealed"}


def test_every_index_of_a_number_is_listed(app: Flask) -> None:
    there = {
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_index")
    }
    assert there == {f"{c.model.__tablename__}.{c.index.column}" for c in sealed_columns() if c.index}
