"""Killed at every point of shredding, backing up and restoring, and run again: nothing is half done for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from tesa.accounts.audit import heads, verify
from tesa.accounts.public import StaffMember
from tesa.core import failpoints
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import tombstone_file, vault
from tesa.core.vault.shredding import tombstones, write_missing
from tesa.intake.models import Contact
from tesa.retention.actions.shred_case import shred_case
from tesa.retention.backup.archive import look_through
from tesa.retention.models import Restoration
from tests.cases.making import audited
from tests.retention.making import EVERYTHING, Ended, make_ended
from tests.retention.test_restore import NOW
from tests.support.people import make_staff
from tests.support.settings import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
SHRED = {"shred-before-commit", "shred-after-commit"}
BACKUP = {"backup-before-rename"}
RESTORE = {"restore-half-way", "restore-before-finish"}
SHREDDING = """
import os, uuid
from datetime import datetime
from config import Settings
from tesa.app import create_app
from tesa.core.transactions import transaction
from tesa.intake.actions.shred_contact import shred_contact

with create_app(Settings.from_env(os.environ)).app_context(), transaction():
    shred_contact(uuid.UUID(os.environ["CONTACT"]), "retention", None, datetime.fromisoformat(os.environ["NOW"]))
"""


def run(settings: Settings, *arguments: str, failpoint: str = "", **more: str) -> int:
    """A process of its own; its exit code, or minus the signal that ended it."""
    env = {**os.environ, **environment(settings), "TESA_AUDIT_DIR": str(settings.second_place), **more}
    env.pop("TESA_FAILPOINT", None)
    db.session.remove()
    done = subprocess.run(
        [sys.executable, *arguments], env={**env, **({"TESA_FAILPOINT": failpoint} if failpoint else {})},
        check=False, timeout=60, capture_output=True,
    )  # fmt: skip
    vault.forget()
    db.session.expire_all()
    return done.returncode


def tesa(settings: Settings, *arguments: str, failpoint: str = "") -> int:
    return run(settings, "-m", "tesa", *arguments, failpoint=failpoint)


def test_every_failpoint_of_these_is_walked_here() -> None:
    mine = {name for name in failpoints.NAMES if name.startswith(("shred-", "backup-", "restore-"))}
    assert mine == SHRED | BACKUP | RESTORE


@pytest.fixture
def ended(app: Flask, owner: StaffMember) -> Ended:
    """A case of long ago."""
    return make_ended(owner)


@pytest.mark.parametrize("name", sorted(SHRED))
def test_while_it_shreds(app: Flask, settings: Settings, ended: Ended, name: str) -> None:
    what = {"CONTACT": str(ended.contact), "NOW": NOW.isoformat()}
    assert run(settings, "-c", SHREDDING, failpoint=name, **what) == -signal.SIGKILL
    if name == "shred-before-commit":
        assert ended.left() == EVERYTHING
        assert len(list(tombstones())) == 0
        assert run(settings, "-c", SHREDDING, **what) == 0
    else:  # it is done, and in the trail; only the second place does not know yet
        assert len(audited("key.shredded")) == 1
        assert not tombstone_file().path.exists()
        assert write_missing() == 2
    assert ended.left() == EVERYTHING - {"contact"}
    assert {stone.owner for stone in tombstone_file().read()} == {ended.contact}
    assert len(tombstone_file().read()) == 2
    assert db.session.get_one(Contact, ended.contact).caller_index is None


def test_while_it_backs_up(app: Flask, settings: Settings, ended: Ended, tmp_path: Path) -> None:
    path = tmp_path / "cadangan"
    assert tesa(settings, "backup", str(path), failpoint="backup-before-rename") == -signal.SIGKILL
    assert not path.exists()
    assert tesa(settings, "backup", str(path)) == 0
    assert look_through(path).rows > 0
    assert [p.name for p in tmp_path.iterdir() if "cadangan" in p.name] == ["cadangan"]


@pytest.mark.parametrize("name", sorted(RESTORE))
def test_while_it_restores(
    app: Flask, settings: Settings, ended: Ended, owner: StaffMember, tmp_path: Path, name: str
) -> None:
    other, path = make_ended(owner, "+6281200000018"), tmp_path / "cadangan"
    assert tesa(settings, "backup", str(path)) == 0
    first, second = make_staff("coordinator"), make_staff("coordinator")
    with transaction():
        shred_case(ended.case, first.id, second.id, NOW)
    before = len(audited("key.shredded"))
    assert before
    heads.write_head(settings.second_place, NOW)
    restored = ("restore", str(path), "--replace", "--yes")
    assert tesa(settings, *restored, failpoint=name) == -signal.SIGKILL
    if name == "restore-half-way":  # nothing has happened
        assert len(audited("key.shredded")) == before
    else:
        assert audited("backup.restored") == []
    assert (ended.left(), other.left()) == (set(), EVERYTHING)
    assert tesa(settings, *restored) == 0
    assert (ended.left(), other.left()) == (set(), EVERYTHING)
    assert db.session.scalar(select(func.count()).select_from(Restoration)) == 1
    assert db.session.scalars(select(Restoration.finished_at)).one() is not None
    assert len(audited("backup.restored")) == 1
    comparison = heads.Comparison(heads.read_heads(settings.second_place / heads.NAME))
    assert verify(comparison.look).first_bad is None
    assert comparison.result().missing is None
