"""Everything that somebody who owns the database can do to the trail with one move is found, every time.

All kinds of moves are tried with all entries of a small chain: the entries of before and after there were keys of the
days, of several days, with and without each field. Each is undone again by rolling back.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from tesa.accounts.audit import heads, record, verify
from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, trail
from tests.accounts.test_audit_keys import old_entries

TABLE = AuditEntry.__table__
COLUMNS = [column.name for column in TABLE.columns]
ENTRIES = 8
Move = Callable[[], None]
Row = dict[str, Any]


@pytest.fixture
def chain(app: Flask) -> list[Row]:
    """The entries; each differs from every other in its fields."""
    old_entries(2)
    for number in range(3, ENTRIES + 1):
        with transaction():
            actor, thing = uuid.UUID(int=number), uuid.UUID(int=number + 100)
            at = NOW + timedelta(days=number // 3, minutes=number)
            record(actor if number % 3 else None, f"act.{number}", "note", thing if number % 2 else None, at, n=number)
    rows = [dict(row) for row in db.session.execute(select(TABLE).order_by(TABLE.c.seq)).mappings()]
    db.session.rollback()
    assert len(rows) == ENTRIES
    return rows


def tried(move: Move) -> bool:
    """Is it found when the triggers are away and `move` is made? All is as before afterwards."""
    assert verify().first_bad is None
    try:
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
            for name in db.session.scalars(text(names)).all():
                db.session.execute(text(f"DROP TRIGGER {name}"))
        move()
        return verify().first_bad is not None
    finally:
        db.session.rollback()


def at(seq: int) -> Any:
    return TABLE.c.seq == seq


def put(place: int, **values: Any) -> None:
    db.session.execute(update(TABLE).where(at(place)).values(**values))


def renumber(start: int, by: int) -> None:
    """Move the entries from `start` on; in two steps, as no two may have one number."""
    db.session.execute(update(TABLE).where(TABLE.c.seq >= start).values(seq=TABLE.c.seq + 10_000))
    db.session.execute(update(TABLE).where(TABLE.c.seq >= 10_000).values(seq=TABLE.c.seq - 10_000 + by))


def others(name: str, row: Row, chain: list[Row]) -> Iterator[Any]:
    """Other values for a field: nothing, something near it, and what stands in other entries."""
    value = row[name]
    column = TABLE.c[name]
    if column.nullable and value is not None:
        yield None
    if name == "seq":
        yield from (value + 1000, -value, 0)
        return
    match value:
        case bytes():
            yield from (b"", value[:-1], bytes([value[0] ^ 1]) + value[1:], value[:-1] + bytes([value[-1] ^ 128]))
        case str():
            yield from (value + " ", value[:-1], value.upper())
        case int():
            yield from (value + 1, value - 1)
        case uuid.UUID():
            yield uuid.UUID(int=value.int ^ 1)
        case None:
            yield {"epoch": 1, "details": "x"}.get(name, uuid.UUID(int=5))
        case moment:
            yield from (moment + timedelta(microseconds=1), moment - timedelta(days=1), moment + timedelta(days=400))
    yield from (other[name] for other in chain if other[name] is not None or column.nullable)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_single_edit(chain: list[Row], name: str) -> None:
    kept = [
        (row["seq"], value)
        for row in chain
        for value in others(name, row, chain)
        if value != row[name] and not tried(lambda row=row, value=value: put(row["seq"], **{name: value}))
    ]
    assert kept == []


def test_every_deletion(chain: list[Row]) -> None:
    """Left open, and closed up. Of the last one only a head can tell: see below."""

    def close_up(seq: int) -> None:
        db.session.execute(delete(TABLE).where(at(seq)))
        renumber(seq + 1, -1)

    for seq in range(1, ENTRIES):
        assert tried(lambda seq=seq: db.session.execute(delete(TABLE).where(at(seq)))), seq
        assert tried(lambda seq=seq: close_up(seq)), seq


@pytest.mark.slow
def test_every_insertion(chain: list[Row]) -> None:
    """A copy of any entry, put in at any place, with the mac of its neighbour before it or its own."""

    def put_in(row: Row, seq: int, prev: bytes) -> None:
        renumber(seq, 1)
        db.session.execute(insert(TABLE).values(**{**row, "seq": seq, "prev": prev}))

    for row, seq in itertools.product(chain, range(1, ENTRIES + 2)):
        before = chain[seq - 2]["mac"] if seq > 1 else bytes(32)
        for prev in {row["prev"], before}:
            assert tried(lambda row=row, seq=seq, prev=prev: put_in(row, seq, prev)), (row["seq"], seq)


@pytest.mark.slow
def test_every_swap(chain: list[Row]) -> None:
    """Two neighbours, or any two: whole, or whole but for what ties them to their places."""

    def swap(one: Row, other: Row, but: set[str]) -> None:
        for place, content in ((one, other), (other, one)):
            put(place["seq"], **{name: content[name] for name in COLUMNS if name not in but})

    for one, other in itertools.combinations(chain, 2):
        for but in ({"seq"}, {"seq", "prev"}, {"seq", "prev", "mac"}, {"seq", "prev", "epoch"}):
            assert tried(lambda one=one, other=other, but=but: swap(one, other, but)), (one["seq"], other["seq"], but)


@pytest.mark.slow
def test_every_swap_of_one_field(chain: list[Row]) -> None:
    def swap(one: Row, other: Row, name: str) -> None:
        put(one["seq"], **{name: other[name]})
        put(other["seq"], **{name: one[name]})

    for one, other in itertools.combinations(chain, 2):
        for name in COLUMNS[1:]:
            if one[name] != other[name]:
                assert tried(lambda one=one, other=other, name=name: swap(one, other, name)), (one["seq"], name)


def test_every_cut_is_found_against_a_head(chain: list[Row]) -> None:
    head = heads.Head(ENTRIES, chain[-1]["mac"], NOW)
    for left in range(ENTRIES):
        comparison = heads.Comparison([head])

        def cut(left: int = left, comparison: heads.Comparison = comparison) -> None:
            db.session.execute(delete(TABLE).where(TABLE.c.seq > left))
            assert verify(comparison.look).first_bad is None

        assert not tried(cut)
        assert comparison.result().missing == head


def test_what_no_entry_can_hold_is_no_way_to_stop_the_check(chain: list[Row]) -> None:
    if db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL takes nothing of the wrong type")
    for change in ("at = 'kemarin'", "object_id = 'x'", "epoch = 'x'", "seq = 2.5", "details = x'ff'", "mac = 'x'"):
        assert tried(lambda change=change: db.session.execute(text(f"UPDATE audit_entry SET {change} WHERE seq = 2")))


def test_the_database_takes_only_the_next_entry(chain: list[Row]) -> None:
    """INSERT OR REPLACE would remove an entry without asking the trigger on DELETE."""
    for seq in (0, 1, 5, ENTRIES, ENTRIES + 2):
        row = {**chain[4], "seq": seq}
        statement = insert(TABLE).values(**row)
        if db.engine.dialect.name == "sqlite":
            statement = statement.prefix_with("OR REPLACE")
        with pytest.raises(Exception, match=r"one after the other|insert-only"), transaction():
            db.session.execute(statement)
    assert len(trail()) == ENTRIES
    assert verify().first_bad is None
