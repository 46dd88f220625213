"""The audit trail: gap-free, chained, insert-only, in the same transaction as the act."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tesa.accounts import audit
from tesa.accounts.audit import GENESIS, canonical, record, sealed_hash, verify
from tesa.accounts.audit.entries import mac_of
from tesa.accounts.models import Account
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, trail
from tests.support.people import make_staff

ACTOR, THING, CASE = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)


def write(count: int = 1, act: str = "note.read") -> None:
    for number in range(count):
        with transaction():
            record(ACTOR, act, "note", THING, NOW, case_id=CASE, number=number)


def test_an_entry_says_who_did_what_to_what_and_when(app: Flask) -> None:
    with transaction():
        record(ACTOR, "note.read", "note", THING, NOW, case_id=CASE, hash="ab", revision=2, first=True, before=None)
    (entry,) = trail()
    assert (entry.seq, entry.at, entry.actor_id, entry.act, entry.kind) == (1, NOW, ACTOR, "note.read", "note")
    assert (entry.object_id, entry.case_id) == (THING, CASE)
    assert json.loads(entry.details) == {"hash": "ab", "revision": 2, "first": True, "before": None}
    assert (len(entry.mac), entry.prev) == (32, GENESIS)


def test_the_chain_has_no_gap_and_each_link_holds_the_one_before(app: Flask) -> None:
    with transaction():
        record(ACTOR, "a", "x", None, NOW)
        record(None, "b", "x", None, NOW)
    write(3)
    entries = trail()
    assert [e.seq for e in entries] == [1, 2, 3, 4, 5]
    assert [e.prev for e in entries[1:]] == [e.mac for e in entries[:-1]]
    verdict = verify()
    assert (verdict.entries, verdict.head, verdict.first_bad) == (5, entries[-1].mac, None)


def test_an_empty_trail_is_whole(app: Flask) -> None:
    assert verify() == audit.Verdict(0, GENESIS)


def test_outside_a_transaction_nothing_is_lost_in_silence(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="outside"):
        record(ACTOR, "note.read", "note", THING, NOW)


def test_an_act_that_fails_leaves_no_entry_and_no_gap(app: Flask) -> None:
    write()
    with pytest.raises(ZeroDivisionError), transaction():
        record(ACTOR, "broken", "x", None, NOW)
        raise ZeroDivisionError
    write()
    assert [(e.seq, e.act) for e in trail()] == [(1, "note.read"), (2, "note.read")]
    assert verify().first_bad is None


def test_an_act_whose_commit_fails_leaves_no_entry(app: Flask) -> None:
    person = make_staff()
    with pytest.raises(DBAPIError), transaction():
        record(ACTOR, "broken", "x", None, NOW)
        twin = Account(id=new_id(), email=person.email, name_sealed=b"x", phone_sealed=b"x", created_at=NOW)
        db.session.add(twin)
    assert trail() == []
    write()
    assert verify() == audit.Verdict(1, trail()[0].mac)


def test_a_savepoint_that_is_rolled_back_takes_its_entries_along(app: Flask) -> None:
    with transaction():
        record(ACTOR, "before", "x", None, NOW)
        with pytest.raises(ZeroDivisionError), db.session.begin_nested():
            record(ACTOR, "undone", "x", None, NOW)
            with db.session.begin_nested():
                record(ACTOR, "undone.inside", "x", None, NOW)
            raise ZeroDivisionError
        with db.session.begin_nested():
            record(ACTOR, "kept", "x", None, NOW)
        record(ACTOR, "after", "x", None, NOW)
    assert [e.act for e in trail()] == ["before", "kept", "after"]
    assert verify().first_bad is None


def test_many_at_once_write_one_chain(app: Flask) -> None:
    def work(number: int) -> None:
        with app.app_context():
            write(5, f"worker-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert [e.seq for e in trail()] == list(range(1, 41))
    assert verify().first_bad is None


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET act = 'other'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_or_remove_an_entry(app: Flask, statement: str) -> None:
    write()
    with pytest.raises(DBAPIError, match="insert-only"), transaction():
        db.session.execute(text(statement))
    assert verify().entries == 1


@pytest.mark.postgres
def test_the_table_cannot_be_emptied_at_once(app: Flask) -> None:
    write()
    with pytest.raises(DBAPIError, match="insert-only"), transaction():
        db.session.execute(text("TRUNCATE audit_entry"))
    assert verify().entries == 1


def behind_the_guard(*statements: tuple[str, dict[str, Any]]) -> None:
    """What somebody does who owns the database: take the triggers away, then change rows."""
    with transaction():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            guards = db.session.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
            ).all()
            for guard in guards:
                db.session.execute(text(f"DROP TRIGGER {guard.name}"))
        for statement, values in statements:
            db.session.execute(text(statement), values)


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-11-24 03:00:01.000000'",
        "actor_id = NULL",
        "act = 'note.write'",
        "kind = 'cas'",
        "object_id = NULL",
        "case_id = NULL",
        "details = '{}'",
        "mac = prev",
        "epoch = epoch - 1",
        "epoch = epoch + 1",
        "epoch = NULL",
        "session_id = object_id",
        "prev = mac",
    ],
)
@pytest.mark.parametrize("seq", [1, 3, 5])
def test_every_changed_field_is_found_at_its_entry(app: Flask, change: str, seq: int) -> None:
    write(5)
    behind_the_guard((f"UPDATE audit_entry SET {change} WHERE seq = :seq", {"seq": seq}))
    verdict = verify()
    assert (verdict.entries, verdict.first_bad) == (seq - 1, seq)


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_entry_is_found(app: Flask, seq: int) -> None:
    write(5)
    behind_the_guard(("DELETE FROM audit_entry WHERE seq = :seq", {"seq": seq}))
    verdict = verify()
    assert (verdict.first_bad, verdict.reason) == (seq + 1, "gap")


def test_a_missing_entry_whose_place_is_closed_up_is_found(app: Flask) -> None:
    write(4)
    behind_the_guard(
        ("DELETE FROM audit_entry WHERE seq = 2", {}),
        ("UPDATE audit_entry SET seq = 2 WHERE seq = 3", {}),
        ("UPDATE audit_entry SET seq = 3 WHERE seq = 4", {}),
    )
    assert (verify().first_bad, verify().reason) == (2, "chain")


def test_two_entries_that_changed_places_are_found(app: Flask) -> None:
    write(4)
    behind_the_guard(
        ("UPDATE audit_entry SET seq = 99 WHERE seq = 2", {}),
        ("UPDATE audit_entry SET seq = 2 WHERE seq = 3", {}),
        ("UPDATE audit_entry SET seq = 3 WHERE seq = 99", {}),
    )
    assert verify().first_bad == 2


def test_a_made_up_entry_is_found(app: Flask) -> None:
    write(2)
    copied = (
        "INSERT INTO audit_entry (seq, at, actor_id, act, kind, object_id, case_id, details, epoch, prev, mac) "
        "SELECT 3, at, actor_id, act, kind, object_id, case_id, details, epoch, mac, mac FROM audit_entry WHERE seq = 2"
    )
    behind_the_guard((copied, {}))
    assert (verify().first_bad, verify().reason) == (3, "mac")


Fields = st.tuples(st.none() | st.text(max_size=5), st.none() | st.text(max_size=5), st.none() | st.text(max_size=5))


@given(Fields, Fields)
def test_no_two_entries_have_the_same_code(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    """Nothing, empty, and letters moved over the border of two fields all differ."""
    same = mac_of(b"k" * 32, GENESIS, 1, 9, one) == mac_of(b"k" * 32, GENESIS, 1, 9, other)
    assert same == (one == other)


def test_details_have_one_form(app: Flask) -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"\\u00e9","b":1}'
    with pytest.raises(TypeError, match="words"):
        canonical({"words": ["a", "list"]})  # type: ignore[dict-item]


def test_the_hash_of_a_ciphertext_says_which_and_nothing_else() -> None:
    assert sealed_hash(b"one") != sealed_hash(b"two")
    assert len(sealed_hash(b"one")) == 32
