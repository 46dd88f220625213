"""What is put back is whole, says that it was put back, and does not bring back what was shredded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tesa.accounts.audit import heads, verify
from tesa.accounts.models import StaffSession
from tesa.accounts.public import StaffMember
from tesa.app import create_app
from tesa.cases.models import PersonNumber
from tesa.core.db import Base, db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import tombstone_file, vault
from tesa.core.vault.shredding import tombstones
from tesa.intake.models import Contact
from tesa.retention.actions.shred_case import shred_case
from tesa.retention.backup.archive import make_backup
from tesa.retention.backup.restore import NotRestored, restore
from tesa.retention.models import Restoration
from tesa.telephony.models import Heartbeat, OutboxItem
from tests.cases.making import audited
from tests.retention.making import ENDED, EVERYTHING, Ended, make_ended
from tests.support.people import make_staff, session_cookie
from tests.support.settings import close_engines, make_settings

NOW = ENDED + timedelta(days=2)
REASON = "the second place burnt down with everything in it"


@pytest.fixture
def two(app: Flask, owner: StaffMember) -> tuple[Ended, Ended]:
    """Two cases, of two persons."""
    return make_ended(owner), make_ended(owner, "+6281200000018")


@pytest.fixture
def backup(app: Flask, two: tuple[Ended, Ended], tmp_path: Path) -> Path:
    """A backup from before anything was shredded."""
    path = tmp_path / "cadangan"
    tombstone_file().prepare()
    make_backup(path, NOW)
    db.session.rollback()
    return path


def by_hand(ended: Ended, now: datetime = NOW + timedelta(hours=1)) -> None:
    first, second = make_staff("coordinator"), make_staff("coordinator")
    with transaction():
        shred_case(ended.case, first.id, second.id, now)


def anew(path: Path, **how: object) -> None:
    """Restored over what is there, an hour later."""
    db.session.remove()
    restore(path, NOW + timedelta(hours=2), replace=True, **how)  # type: ignore[arg-type]


def content() -> dict[str, list[tuple[object, ...]]]:
    db.session.rollback()
    return {
        table.name: sorted(map(tuple, db.session.execute(select(*table.columns))), key=repr)
        for table in Base.metadata.sorted_tables
    }


def test_every_row_comes_back_as_it_was(app: Flask, backup: Path) -> None:
    before = content()
    anew(backup)
    after = content()
    said = {"audit_entry", "restoration", "purpose_key"}
    assert {name for name in before if before[name] != after[name]} <= said
    assert after["audit_entry"][: len(before["audit_entry"])] != []
    assert set(before["audit_entry"]) <= set(after["audit_entry"])


def test_what_was_shredded_since_stays_shredded_and_the_rest_opens(
    app: Flask, two: tuple[Ended, Ended], backup: Path
) -> None:
    gone, kept = two
    by_hand(gone)
    assert gone.left() == set()
    anew(backup)
    assert gone.left() == set()
    assert kept.left() == EVERYTHING
    assert db.session.get_one(Contact, gone.contact).caller_index is None
    assert db.session.get_one(Contact, kept.contact).caller_index is not None
    assert set(db.session.scalars(select(PersonNumber.person_id))) == {kept.person}
    assert {stone.owner for stone in tombstones()} == {stone.owner for stone in tombstone_file().read()}


def test_without_its_tombstones_nothing_is_restored(app: Flask, two: tuple[Ended, Ended], backup: Path) -> None:
    by_hand(two[0])
    tombstone_file().path.unlink()
    with pytest.raises(NotRestored, match="TESA_AUDIT_DIR"):
        anew(backup)
    assert two[0].left() == set()
    assert db.session.scalar(select(func.count()).select_from(Restoration)) == 0


def test_with_broken_tombstones_nothing_is_restored(app: Flask, two: tuple[Ended, Ended], backup: Path) -> None:
    by_hand(two[0])
    file = tombstone_file().path
    file.write_text(file.read_text().replace('"klass":"note"', '"klass":"staff"', 1))
    with pytest.raises(NotRestored):
        anew(backup)
    assert two[0].left() == set()


def test_with_fewer_tombstones_than_the_backup_knows_nothing_is_restored(
    app: Flask, two: tuple[Ended, Ended], tmp_path: Path
) -> None:
    by_hand(two[0])
    path = tmp_path / "later"
    make_backup(path, NOW)
    file = tombstone_file().path
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(NotRestored):
        anew(path)


def test_a_reason_stands_in_for_them_and_in_the_trail(app: Flask, two: tuple[Ended, Ended], backup: Path) -> None:
    by_hand(two[0])
    tombstone_file().path.unlink()
    anew(backup, without_tombstones=REASON)
    assert two[0].left() == EVERYTHING
    assert json.loads(audited("backup.restored")[0].details)["without_tombstones"] == REASON


def test_the_trail_goes_on_from_the_backup_and_names_both_heads(
    app: Flask, two: tuple[Ended, Ended], backup: Path, tmp_path: Path
) -> None:
    then = heads.newest_entry()
    by_hand(two[0])
    now = heads.newest_entry()
    assert then is not None
    assert now is not None
    heads.write_head(tmp_path / "audit", NOW)
    anew(backup)
    entry = audited("backup.restored")[0]
    said = json.loads(entry.details)
    assert entry.seq == then[0] + 1
    assert (said["backup_seq"], said["backup_mac"]) == (then[0], then[1].hex())
    assert (said["replaced_seq"], said["replaced_mac"]) == (now[0], now[1].hex())


def test_the_check_of_the_trail_tells_it_from_tampering(
    app: Flask, two: tuple[Ended, Ended], backup: Path, tmp_path: Path
) -> None:
    by_hand(two[0])
    heads.write_head(tmp_path / "audit", NOW)
    anew(backup)
    comparison = heads.Comparison(heads.read_heads(tmp_path / "audit" / heads.NAME))
    verdict = verify(comparison.look)
    assert verdict.first_bad is None
    compared = comparison.result()
    assert compared.missing is None
    assert compared.restored == (audited("backup.restored")[0].seq,)


def test_an_older_chain_without_that_entry_would_be_noticed(
    app: Flask, two: tuple[Ended, Ended], backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand(two[0])
    heads.write_head(tmp_path / "audit", NOW)
    monkeypatch.setattr("tesa.retention.backup.restore.finish", lambda now: True)
    anew(backup)
    comparison = heads.Comparison(heads.read_heads(tmp_path / "audit" / heads.NAME))
    verify(comparison.look)
    assert comparison.result().missing is not None


def test_a_database_in_use_is_not_overwritten(app: Flask, two: tuple[Ended, Ended], backup: Path) -> None:
    before = content()
    with pytest.raises(NotRestored, match="--replace"):
        restore(backup, NOW)
    assert content() == before


def test_nor_while_tesa_runs(app: Flask, backup: Path) -> None:
    with transaction():
        db.session.merge(Heartbeat(name="worker", at=NOW + timedelta(hours=2)))
    with pytest.raises(NotRestored, match="berjalan"):
        anew(backup)


def test_a_damaged_backup_changes_nothing(app: Flask, backup: Path) -> None:
    from tesa.retention.backup.archive import UnfitBackup

    before = content()
    backup.write_bytes(backup.read_bytes()[:-1])
    with pytest.raises(UnfitBackup):
        anew(backup)
    assert content() == before


def test_nobody_is_signed_in_and_nothing_old_is_sent(app: Flask, owner: StaffMember, tmp_path: Path) -> None:
    session_cookie(owner)
    with transaction():
        for state in ("due", "sending", "sent"):
            db.session.add(
                OutboxItem(
                    id=new_id(), kind="x", ref=new_id(), state=state, due_at=NOW, created_at=NOW, fence=0, attempts=0
                )
            )
    tombstone_file().prepare()
    make_backup(tmp_path / "cadangan", NOW)
    anew(tmp_path / "cadangan")
    assert set(db.session.scalars(select(StaffSession.ended_at.is_(None)))) == {False}
    assert sorted(db.session.scalars(select(OutboxItem.state))) == ["sent", "unknown", "unknown"]


@pytest.fixture
def elsewhere(key_file: Path, empty_database_url: str, tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    """Applications on an empty database of the same house."""
    made: list[Flask] = []

    def make() -> Flask:
        made.append(create_app(make_settings(empty_database_url, key_file, audit_dir=tmp_path / "audit")))
        return made[-1]

    yield make
    for app in made:
        close_engines(app)


def test_into_a_database_without_a_table(
    app: Flask, two: tuple[Ended, Ended], backup: Path, elsewhere: Callable[[], Flask]
) -> None:
    gone, kept = two
    by_hand(gone)
    db.session.remove()
    with elsewhere().app_context():
        done = restore(backup, NOW)
        assert done.rows > 0
        assert gone.left() == set()
        assert kept.left() == EVERYTHING
        assert verify().first_bad is None
        with transaction():  # and life goes on
            assert vault.blind_index("number", "+6281200000017") is not None
        db.session.remove()


def test_a_later_shredding_of_what_was_restored_is_kept_by_both_places(
    app: Flask, two: tuple[Ended, Ended], backup: Path
) -> None:
    by_hand(two[0])
    anew(backup)
    by_hand(two[1], NOW + timedelta(days=1))
    anew(backup)
    assert two[0].left() == two[1].left() == set()


def test_the_command_asks_before_it_replaces(app: Flask, backup: Path) -> None:
    from tesa.cli import main

    runner = app.test_cli_runner()
    assert runner.invoke(main, ["restore", str(backup)]).exit_code == 1
    assert runner.invoke(main, ["restore", str(backup), "--replace"], input="n\n").exit_code == 1
    assert audited("backup.restored") == []
    short = runner.invoke(main, ["restore", str(backup), "--replace", "--yes", "--without-tombstones", "x"])
    assert short.exit_code == 1
    assert audited("backup.restored") == []
    done = runner.invoke(main, ["restore", str(backup), "--replace", "--yes", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"] > 0
    assert len(audited("backup.restored")) == 1


def test_the_worker_says_what_a_dead_restoration_could_not(
    app: Flask, two: tuple[Ended, Ended], backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tesa.retention.jobs import AfterRestoration

    by_hand(two[0])
    with monkeypatch.context() as patch:
        patch.setattr("tesa.retention.backup.restore.finish", lambda now: True)
        anew(backup)
    assert audited("backup.restored") == []
    job = AfterRestoration()
    job(NOW + timedelta(hours=3))
    job(NOW + timedelta(hours=4))
    assert len(audited("backup.restored")) == 1
    assert db.session.get_one(Contact, two[0].contact).caller_index is None
    assert AfterRestoration()(NOW + timedelta(hours=5)) is None
    assert len(audited("backup.restored")) == 1
