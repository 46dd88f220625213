"""A backup is one sealed file of one moment; whatever happens to it is noticed."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from tesa.accounts.public import StaffMember
from tesa.core.db import Base, db
from tesa.core.vault import create_key_file, local_provider, vault
from tesa.core.vault.streams import CHUNK, open_stream, seal_stream, stream_header
from tesa.retention.backup.archive import UnfitBackup, look_through, make_backup, steps
from tests.retention.making import MESSAGE, NAME, NOTE, PLACE, make_contact, make_ended

NOW = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)


@pytest.fixture
def backup(app: Flask, owner: StaffMember, tmp_path: Path) -> Path:
    """A backup of a small installation."""
    make_ended(owner)
    path = tmp_path / "cadangan"
    make_backup(path, NOW)
    return path


def test_it_holds_every_row_of_every_table(app: Flask, backup: Path) -> None:
    looked = look_through(backup)
    counts = {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}
    assert looked.manifest.counts == counts
    assert looked.rows == sum(counts.values())
    assert looked.manifest.head_seq == counts["audit_entry"] > 0
    assert looked.unopened == ()


def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [path for path in backup.parent.iterdir() if "cadangan" in path.name] == [backup]


def test_nothing_in_it_is_in_clear(app: Flask, owner: StaffMember, backup: Path) -> None:
    raw = backup.read_bytes()
    for word in (NAME, NOTE, MESSAGE, PLACE, owner.email, "case_file", "audit_entry"):
        assert word.encode() not in raw


def test_it_is_one_moment_though_others_write(app: Flask, owner: StaffMember, tmp_path: Path) -> None:
    from tesa.retention.backup import archive

    make_contact(None, owner)
    wrote = threading.Event()
    told = archive._as_json

    def write_meanwhile(manifest: archive.Manifest) -> dict[str, object]:
        if not wrote.is_set():
            wrote.set()
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        return told(manifest)

    def other() -> None:
        with app.app_context():
            make_contact(None, owner)
            db.session.remove()

    archive._as_json = write_meanwhile
    try:
        make_backup(tmp_path / "cadangan", NOW)
    finally:
        archive._as_json = told
    looked = look_through(tmp_path / "cadangan")
    assert wrote.is_set()
    assert looked.manifest.counts["contact"] == 1
    assert db.session.scalar(select(func.count()).select_from(Base.metadata.tables["contact"])) == 2


def test_its_age_is_told_and_thirty_days_are_too_many(backup: Path) -> None:
    looked = look_through(backup)
    assert not looked.too_old(NOW + timedelta(days=30))
    assert looked.too_old(NOW + timedelta(days=30, seconds=1))


def test_the_next_one_takes_its_place(app: Flask, backup: Path) -> None:
    before = backup.read_bytes()
    make_backup(backup, NOW + timedelta(days=1))
    assert backup.read_bytes() != before
    assert look_through(backup).manifest.made_at == NOW + timedelta(days=1)


def test_a_link_in_the_way_is_not_followed(app: Flask, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("unharmed")
    (tmp_path / ".cadangan.partial").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        make_backup(tmp_path / "cadangan", NOW)
    assert victim.read_text() == "unharmed"


@pytest.mark.parametrize("cut", [0, 1, 50, 300, -1, -17])
def test_a_file_that_is_cut_off_is_refused(backup: Path, cut: int) -> None:
    raw = backup.read_bytes()
    backup.write_bytes(raw[:cut])
    with pytest.raises(UnfitBackup):
        look_through(backup)


def test_every_flipped_bit_is_noticed(backup: Path) -> None:
    raw = backup.read_bytes()
    whole = list(steps(backup))
    for place in [*range(0, 400, 7), *range(400, len(raw), max(1, len(raw) // 60))]:
        changed = bytearray(raw)
        changed[place] ^= 1
        backup.write_bytes(changed)
        with pytest.raises(UnfitBackup):
            assert list(steps(backup)) == whole


def test_something_behind_the_end_is_noticed(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes() + b"x")
    with pytest.raises(UnfitBackup):
        look_through(backup)


def test_another_key_does_not_open_it(app: Flask, backup: Path, tmp_path: Path) -> None:
    other = tmp_path / "other-keys"
    create_key_file(other)
    mine, vault.provider = vault.provider, local_provider(other)
    try:
        with pytest.raises(UnfitBackup):
            look_through(backup)
    finally:
        vault.provider = mine


def chunks(provider_file: Path, content: bytes) -> tuple[bytes, list[bytes]]:
    pieces = list(seal_stream(local_provider(provider_file), "test", NOW, [content]))
    return pieces[0], pieces[1:]


def opened(provider_file: Path, raw: bytes, folder: Path) -> bytes:
    path = folder / "stream"
    path.write_bytes(raw)
    with path.open("rb") as file:
        header = stream_header(file)
        return b"".join(open_stream(local_provider(provider_file), header, file))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_a_stream_of_any_length_opens(key_file: Path, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    header, body = chunks(key_file, content)
    assert opened(key_file, header + b"".join(body), tmp_path) == content
    assert len(body) == max(1, -(-size // CHUNK))


@pytest.mark.parametrize(
    "harm",
    [
        lambda header, body: header + b"".join(body[:-1]),
        lambda header, body: header + body[0] + body[2] + body[1] + body[3],
        lambda header, body: header + b"".join(body[1:]),
        lambda header, body: header + body[0] + b"".join(body),
        lambda header, body: header + b"".join(body) + body[-1],
        lambda header, body: header + body[3],
        lambda header, body: header,
        lambda header, body: header.replace(b'"test"', b'"text"') + b"".join(body),
        lambda header, body: header.replace(b"2026-11-25", b"2026-11-24") + b"".join(body),
    ],
    ids=["end", "order", "beginning", "twice", "end twice", "only the end", "nothing", "another thing", "another time"],
)
def test_a_stream_whose_chunks_were_moved_does_not_open(
    key_file: Path, tmp_path: Path, harm: Callable[[bytes, list[bytes]], bytes]
) -> None:
    from tesa.core.vault import Unopenable

    header, body = chunks(key_file, os.urandom(3 * CHUNK + 5))
    with pytest.raises(Unopenable):
        opened(key_file, harm(header, body), tmp_path)


def test_chunks_of_two_streams_do_not_mix(key_file: Path, tmp_path: Path) -> None:
    from tesa.core.vault import Unopenable

    content = os.urandom(2 * CHUNK)
    first, second = chunks(key_file, content), chunks(key_file, content)
    with pytest.raises(Unopenable):
        opened(key_file, first[0] + first[1][0] + second[1][1], tmp_path)


def test_the_command_makes_one_and_looks_through_it(app: Flask, settings: Settings, tmp_path: Path) -> None:
    from tesa.cli import main

    path = tmp_path / "cadangan"
    runner = app.test_cli_runner()
    made = runner.invoke(main, ["backup", str(path), "--json"], obj={})
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["rows"] > 0
    seen = runner.invoke(main, ["backup", "verify", str(path), "--json"])
    assert seen.exit_code == 0, seen.output
    assert json.loads(seen.output)["key_opens"] is True
    path.write_bytes(path.read_bytes()[:-1])
    assert runner.invoke(main, ["backup", "verify", str(path)]).exit_code == 1


def test_the_trail_knows_of_it_before_the_file_has_its_name(app: Flask, tmp_path: Path) -> None:
    from tesa.cli import main
    from tests.cases.making import audited

    app.test_cli_runner().invoke(main, ["backup", str(tmp_path / "cadangan")])
    entry = audited("backup.made")[0]
    assert look_through(tmp_path / "cadangan").manifest.head_seq == entry.seq
