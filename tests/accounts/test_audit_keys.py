"""Each day's entries are signed with a key of their own, and yesterday's is gone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from config import Settings
from tesa.accounts.audit import GENESIS, heads, record, verify
from tesa.accounts.audit.entries import FIELDS, FIRST_FIELDS, canonical, day_of, mac_of
from tesa.accounts.audit.keys import NAME, ROOT, DayKey, first_key, hold_newest, root, store_newest
from tesa.accounts.audit.writing import _write_noted
from tesa.accounts.jobs import keep_day_key
from tesa.accounts.models import AuditEntry
from tesa.app import create_app
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import KeyFileProblem, KeysAway, vault
from tesa.core.vault.evolving import newest_version
from tests.accounts.making import NOW, trail
from tests.accounts.test_audit import behind_the_guard
from tests.support.settings import close_engines

MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
HELD = "tesa_audit_day_key"


def write(at: datetime, act: str = "note.read") -> None:
    with transaction():
        record(uuid.UUID(int=1), act, "note", uuid.UUID(int=2), at)


def epochs() -> list[int | None]:
    return [entry.epoch for entry in trail()]


def stored() -> list[int]:
    rows = db.session.scalars(text("SELECT version FROM purpose_key WHERE name = :name"), {"name": NAME}).all()
    db.session.rollback()
    return list(rows)


class Away:
    """A key provider that does not answer."""

    key_id = "away"

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        raise KeysAway

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        raise KeysAway


class Counting:
    """Passes on to the real provider and remembers which wrapped keys it was given."""

    def __init__(self, real: object) -> None:
        self.real, self.opened = real, []

    key_id = property(lambda self: self.real.key_id)

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        return self.real.wrap(plain, aad)

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        self.opened.append(aad)
        return self.real.unwrap(wrapped, aad, key_id)


@pytest.fixture
def other_app(app: Flask, settings: Settings) -> Iterator[Flask]:
    """A second process on the same database."""
    other = create_app(settings)
    yield other
    close_engines(other)


def test_each_day_has_its_epoch_and_all_are_whole(app: Flask) -> None:
    for at in (NOW, NOW + HOUR, NOW + DAY, NOW + 5 * DAY, NOW + 5 * DAY):
        write(at)
    first = day_of(NOW)
    assert epochs() == [first, first, first + 1, first + 5, first + 5]
    assert verify().first_bad is None


def test_the_key_of_the_day_is_stored_and_the_ones_before_are_deleted(app: Flask) -> None:
    assert stored() == [0]
    write(NOW)
    keep_day_key(NOW)
    assert stored() == [day_of(NOW)]
    write(NOW + DAY)
    assert stored() == [day_of(NOW)]
    keep_day_key(NOW + DAY)
    assert stored() == [day_of(NOW) + 1]
    assert not store_newest()
    write(NOW + DAY)
    assert verify().first_bad is None


def test_another_process_goes_on_from_what_is_stored(app: Flask, other_app: Flask) -> None:
    write(NOW)
    store_newest()
    write(NOW + DAY)
    write(NOW + 2 * DAY)  # two days further than what is stored
    with other_app.app_context():
        write(NOW + 2 * DAY)
        write(NOW + 3 * DAY)
    write(NOW + 3 * DAY)  # and this one held the key of the day before
    assert len(set(epochs())) == 4
    assert verify().first_bad is None


def test_nobody_who_holds_todays_key_can_sign_for_yesterday(app: Flask) -> None:
    """What a thief of a process's memory can do, and that it is found."""
    for number in range(3):
        write(NOW + number * HOUR)
    write(NOW + DAY)
    write(NOW + DAY)
    key: DayKey = app.extensions[HELD]
    assert key.epoch == day_of(NOW) + 1
    entries = trail()
    prev = entries[1].prev
    for entry in entries[1:]:  # change the second entry, and sign everything anew from there
        values = {name: getattr(entry, name) for name in FIELDS}
        if entry.seq == 2:
            values["act"] = "nothing.special"
        mac = mac_of(key.secret, prev, entry.seq, entry.epoch, tuple(values[name] for name in FIELDS))
        change = "UPDATE audit_entry SET act = :act, prev = :prev, mac = :mac WHERE seq = :seq"
        behind_the_guard((change, {"act": values["act"], "prev": prev, "mac": mac, "seq": entry.seq}))
        prev = mac
    assert (verify().first_bad, verify().reason) == (2, "mac")


def test_the_end_of_yesterday_cannot_be_cut_off(app: Flask) -> None:
    """Without any head written elsewhere: today's key depends on the last entry of yesterday."""
    for number in range(3):
        write(NOW + number * HOUR)
    write(NOW + DAY)
    key: DayKey = app.extensions[HELD]
    third, last = trail()[2:]
    values = tuple(getattr(last, name) for name in FIELDS)
    mac = mac_of(key.secret, third.prev, 3, last.epoch, values)
    behind_the_guard(
        ("DELETE FROM audit_entry WHERE seq = 3", {}),
        ("UPDATE audit_entry SET seq = 3, prev = :prev, mac = :mac WHERE seq = 4", {"prev": third.prev, "mac": mac}),
    )
    assert (verify().first_bad, verify().reason) == (3, "mac")


def test_many_cross_midnight_at_once(app: Flask, other_app: Flask) -> None:
    write(MIDNIGHT - SECOND)

    def work(number: int) -> None:
        with (app, other_app)[number % 2].app_context():
            for step in range(6):
                write(MIDNIGHT + (step - 2) * timedelta(milliseconds=300), f"worker-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(trail()) == 49
    assert set(epochs()) == {day_of(MIDNIGHT) - 1, day_of(MIDNIGHT)}
    assert verify().first_bad is None


def test_a_clock_that_jumps_an_hour_back_and_forth_over_midnight(app: Flask, other_app: Flask) -> None:
    for minutes in (-30, 30, -30, -10, 50, -70, 90):
        for process in (app, other_app):
            with process.app_context():
                write(MIDNIGHT + timedelta(minutes=minutes))
    assert epochs() == sorted(epochs())
    assert len(set(epochs())) == 2
    assert verify().first_bad is None


def test_an_act_that_fails_at_midnight_leaves_no_key_behind(app: Flask, other_app: Flask) -> None:
    """Its key was made for an end of the day that is none: others still write on the day before."""
    write(MIDNIGHT - HOUR)
    with pytest.raises(ZeroDivisionError), transaction():
        record(None, "x", "x", None, MIDNIGHT)
        _write_noted(db.session())  # as far as the commit, which then fails
        raise ZeroDivisionError
    with other_app.app_context():
        write(MIDNIGHT - SECOND)
        write(MIDNIGHT)
    write(MIDNIGHT + SECOND)
    assert verify().first_bad is None


def test_midnight_without_the_key_provider(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    write(NOW)
    store_newest()
    monkeypatch.setattr(app.extensions["tesa_vault"], "provider", Away())
    write(NOW + DAY)
    with pytest.raises(KeysAway):
        store_newest()
    assert stored() == [day_of(NOW)]
    write(NOW + 2 * DAY)
    monkeypatch.undo()
    assert store_newest()
    assert stored() == [day_of(NOW) + 2]
    assert verify().first_bad is None


def test_a_process_that_holds_a_key_needs_no_provider(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    hold_newest()
    monkeypatch.setattr(app.extensions["tesa_vault"], "provider", Away())
    write(NOW)
    assert len(trail()) == 1


def test_a_process_without_one_refuses_rather_than_lose_an_entry(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["tesa_vault"], "provider", Away())
    with pytest.raises(KeysAway):
        write(NOW)
    assert trail() == []


def test_the_root_is_opened_to_check_and_for_nothing_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(vault.provider)
    monkeypatch.setattr(app.extensions["tesa_vault"], "provider", counting)
    monkeypatch.setattr(app.extensions["tesa_vault"]._purposes, "_provider", counting)
    vault.check()
    hold_newest()
    write(NOW)
    write(NOW + DAY)
    store_newest()
    asked = b"".join(counting.opened)
    assert NAME.encode() in asked
    assert ROOT.encode() not in asked.replace(NAME.encode(), b"")
    verify()
    assert ROOT.encode() in counting.opened[-1]


def test_a_database_without_the_line_says_what_to_do(app: Flask) -> None:
    with transaction():
        db.session.execute(text("DELETE FROM purpose_key WHERE name = :name"), {"name": NAME})
    assert newest_version(NAME) is None
    with pytest.raises(KeyFileProblem, match="tesa db upgrade"):
        write(NOW)


def old_entries(count: int) -> None:
    """Entries from before there were keys for days, as they were signed then."""
    prev, rows = GENESIS, []
    for seq in range(1, count + 1):
        values = (NOW, uuid.UUID(int=1), "note.read", "note", uuid.UUID(int=2), None, canonical({"n": seq}))
        mac = mac_of(root(), prev, seq, None, values)
        rows.append(AuditEntry(seq=seq, prev=prev, mac=mac, **dict(zip(FIRST_FIELDS, values, strict=True))))
        prev = mac
    with transaction():
        for row in rows:
            db.session.add(row)
            db.session.flush()


def test_entries_from_before_stay_valid_and_the_line_begins_behind_them(app: Flask) -> None:
    old_entries(3)
    write(NOW)
    write(NOW + DAY)
    assert epochs() == [None, None, None, day_of(NOW), day_of(NOW) + 1]
    assert verify().entries == 5
    behind_the_guard(("UPDATE audit_entry SET session_id = object_id WHERE seq = 2", {}))
    assert (verify().first_bad, verify().reason) == (2, "mac")


def test_an_old_kind_of_entry_cannot_come_later(app: Flask) -> None:
    write(NOW)
    last = trail()[0]
    values = (NOW, None, "x", "x", None, None, "{}")
    mac = mac_of(root(), last.mac, 2, None, values)
    with transaction():
        db.session.add(AuditEntry(seq=2, prev=last.mac, mac=mac, **dict(zip(FIRST_FIELDS, values, strict=True))))
    assert (verify().first_bad, verify().reason) == (2, "epoch")


def test_the_line_is_one_way_and_bound(app: Flask) -> None:
    start = first_key(b"r" * 32)
    one, other = start.next(9, b"a" * 32), start.next(9, b"b" * 32)
    assert len({start.secret, one.secret, other.secret, start.next(10, b"a" * 32).secret}) == 4
    assert one.secret.hex() not in repr(one)


def test_a_chain_that_was_set_back_can_still_be_written_on(app: Flask, settings: Settings) -> None:
    """Callers are more important: the check says what happened."""
    write(NOW)
    write(NOW + DAY)
    heads.write_head(settings.second_place, NOW)
    behind_the_guard(("DELETE FROM audit_entry WHERE seq = 2", {}))
    write(NOW)
    assert len(trail()) == 2
