"""Destroying keys: what is gone, what stays, and the tombstones in both places."""

from __future__ import annotations

import json
import os
import stat
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Settings
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import BrokenTombstones, Field, Shredded, TombstoneFile, Unopenable, init_tombstones, vault
from tesa.core.vault.key_file import create_key_file, local_provider
from tesa.core.vault.models import DataKeyRow
from tesa.core.vault.shredding import rested, shred, shred_again, shredded_at, tombstones, write_missing
from tesa.core.vault.tombstones import tombstone_file
from tests.support.settings import bare_app, close_engines

LATER = datetime(2126, 11, 24, 19, 0, tzinfo=UTC)  # after every key of this test was made


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """Floor 0, with a second place of this test's own."""
    app = bare_app(settings)
    init_tombstones(app, tmp_path / "audit")
    with app.app_context():
        yield app
    close_engines(app)


def field(owner: uuid.UUID, klass: str = "note") -> Field:
    return Field("note", "body", owner, owner=owner, klass=klass)


def sealed(owner: uuid.UUID, klass: str = "note") -> bytes:
    with transaction():
        return vault.seal(field(owner, klass), "kata rahasia")


def destroyed(owner: uuid.UUID, klass: str = "note", now: datetime = LATER) -> int:
    with transaction():
        return shred(owner, klass, "retention", now)


def keys_of(owner: uuid.UUID) -> list[tuple[bytes, datetime | None]]:
    db.session.rollback()
    rows = db.session.execute(select(DataKeyRow.wrapped, DataKeyRow.shredded_at).where(DataKeyRow.owner == owner))
    return [(row.wrapped, row.shredded_at) for row in rows]


def test_what_is_shredded_does_not_open_and_says_when(app: Flask) -> None:
    owner = new_id()
    blob = sealed(owner)
    assert destroyed(owner) == 1
    with pytest.raises(Shredded) as gone:
        vault.unseal(field(owner), blob)
    assert gone.value.at == LATER
    assert keys_of(owner) == [(b"", LATER)]


def test_other_classes_and_owners_still_open(app: Flask) -> None:
    owner, other = new_id(), new_id()
    contact, foreign = sealed(owner, "contact"), sealed(other)
    sealed(owner)
    destroyed(owner)
    assert vault.unseal(field(owner, "contact"), contact) == "kata rahasia"
    assert vault.unseal(field(other), foreign) == "kata rahasia"


def test_what_is_sealed_afterwards_gets_a_fresh_key(app: Flask) -> None:
    owner = new_id()
    old = sealed(owner)
    with transaction():
        shred(owner, "note", "retention", LATER)
    fresh = sealed(owner)
    assert vault.unseal(field(owner), fresh) == "kata rahasia"
    with pytest.raises(Shredded):
        vault.unseal(field(owner), old)


def test_a_shredding_that_is_rolled_back_leaves_no_trace(app: Flask) -> None:
    owner = new_id()
    blob = sealed(owner)
    with pytest.raises(RuntimeError), transaction():
        shred(owner, "note", "retention", LATER)
        raise RuntimeError
    assert vault.unseal(field(owner), blob) == "kata rahasia"
    assert list(tombstones()) == []
    assert not tombstone_file().path.exists()


def test_a_tombstone_stands_in_both_places(app: Flask) -> None:
    owner = new_id()
    sealed(owner)
    destroyed(owner)
    stone = tombstones()[0]
    assert (stone.owner, stone.klass, stone.why, stone.shredded_at) == (owner, "note", "retention", LATER)
    assert tombstone_file().read() == [stone]
    assert shredded_at(owner, "note") == LATER
    assert shredded_at(owner, "contact") is None
    assert stat.S_IMODE(tombstone_file().path.stat().st_mode) == 0o600


def test_a_key_that_came_too_late_to_be_seen_is_destroyed_later(app: Flask) -> None:
    owner = new_id()
    destroyed(owner)
    blob = sealed(owner)
    vault.forget()
    with transaction():
        assert shred_again() == 1
        assert shred_again() == 0
    with pytest.raises(Shredded):
        vault.unseal(field(owner), blob)


def test_a_key_made_after_the_shredding_is_not_touched(app: Flask) -> None:
    owner, past = new_id(), datetime(2020, 1, 1, tzinfo=UTC)
    destroyed(owner, now=past)
    blob = sealed(owner)
    with transaction():
        assert shred_again() == 0
    assert vault.unseal(field(owner), blob) == "kata rahasia"


def test_a_process_died_before_the_file_was_written(app: Flask) -> None:
    owners = [new_id() for _ in range(3)]
    for owner in owners:
        destroyed(owner)
    file = tombstone_file().path
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))
    assert write_missing() == 1
    assert {stone.owner for stone in tombstone_file().read()} == set(owners)
    assert write_missing() == 0


def test_half_a_line_is_cut_off_and_comes_again(app: Flask) -> None:
    first, second = new_id(), new_id()
    destroyed(first)
    destroyed(second)
    file = tombstone_file().path
    file.write_bytes(file.read_bytes()[:-10])
    assert [stone.owner for stone in tombstone_file().read()] == [first]
    assert write_missing() == 1
    assert {stone.owner for stone in tombstone_file().read()} == {first, second}


def test_a_lost_file_is_written_anew(app: Flask) -> None:
    owner = new_id()
    destroyed(owner)
    tombstone_file().path.unlink()
    with pytest.raises(BrokenTombstones):
        tombstone_file().read()
    assert write_missing() == 1
    destroyed(new_id())
    assert len(tombstone_file().read()) == 2


def test_a_file_that_cannot_be_written_does_not_undo_the_shredding(app: Flask) -> None:
    owner = new_id()
    blob = sealed(owner)
    tombstone_file().path.parent.parent.joinpath("audit").write_text("no folder")
    destroyed(owner)
    with pytest.raises(Shredded):
        vault.unseal(field(owner), blob)


def forged(lines: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    lines[number]["owner"] = str(uuid.uuid4())
    return lines


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: forged(lines, 1),
        lambda lines: forged(lines, 3),
        lambda lines: [*lines[:1], *lines[2:]],
        lambda lines: [lines[0], lines[2], lines[1], lines[3]],
        lambda lines: [*lines[:2], *lines[1:]],
        lambda lines: [*lines, {**lines[3], "seq": 4}],
        lambda lines: lines[1:],
        lambda lines: [{**lines[0], "wrapped": "AAAA"}, *lines[1:]],
    ],
    ids=["edited", "last edited", "taken out", "swapped", "twice", "put in", "no key", "foreign key"],
)
def test_whatever_is_changed_in_the_file_is_noticed(
    app: Flask, harm: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    for _ in range(3):
        destroyed(new_id())
    file = tombstone_file().path
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(line) + "\n" for line in harm(lines)))
    with pytest.raises(BrokenTombstones):
        tombstone_file().read()


def test_the_file_opens_under_the_next_key_too(tmp_path: Path, app: Flask) -> None:
    keys = [tmp_path / "old", tmp_path / "new"]
    for path in keys:
        create_key_file(path)
    old, new = (json.loads(path.read_text()) for path in keys)
    both = tmp_path / "both"
    both.write_text(json.dumps({"format": 1, "current": new["current"], "keys": old["keys"] | new["keys"]}))
    both.chmod(0o600)
    destroyed(new_id())
    stone = tombstones()[0]
    folder = tmp_path / "second"
    TombstoneFile(folder, local_provider(keys[0])).append(stone)
    TombstoneFile(folder, local_provider(both)).prepare()
    assert TombstoneFile(folder, local_provider(keys[1])).read() == [stone]
    assert TombstoneFile(folder, local_provider(keys[0])).read() == [stone]


def test_two_processes_append_in_turn(app: Flask, tmp_path: Path) -> None:
    destroyed(new_id())
    stone, file = tombstones()[0], tombstone_file()
    others = [TombstoneFile(file.path.parent, file._provider) for _ in range(4)]
    threads = [threading.Thread(target=lambda one=one: [one.append(stone) for _ in range(10)]) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(file.read()) == 41


def test_the_last_line_is_found_in_a_long_file(app: Flask) -> None:
    destroyed(new_id())
    stone, file = tombstones()[0], tombstone_file()
    file.append(*[stone] * 600)  # more than is read from the end at once
    file.append(stone)
    assert len(file.read()) == 602
    with file.path.open("ab") as end:
        end.write(b'{"kind":"key","kek":"other","wrapped":"' + b"A" * 200_000 + b'"}\n')
    file.append(stone)
    assert len(file.read()) == 603


def test_nothing_was_sealed_for_a_minute() -> None:
    assert rested(LATER - timedelta(seconds=61), LATER)
    assert not rested(LATER - timedelta(seconds=60), LATER)


def test_a_key_row_without_its_tombstone_still_reads_as_shredded(app: Flask) -> None:
    owner = new_id()
    blob = sealed(owner)
    with transaction():
        db.session.execute(update(DataKeyRow).where(DataKeyRow.owner == owner).values(wrapped=os.urandom(60)))
    vault.forget()
    with pytest.raises(Unopenable):
        vault.unseal(field(owner), blob)
