"""`tesa keys` is killed at every named point while the web process takes messages, and run again: every row opens.

Every point with every kind of key where the database could make a difference is a minute of processes; each dies on one
of the two databases, by turns. What a rotation does to the rows is tested on both, see tests/core/vault/test_rotation.py.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from config import Settings
from tesa.core import clock, failpoints
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.core.vault.models import KeyRotation, PurposeKey
from tesa.intake.models import Message
from tests.support import processes
from tests.support.sealed_rows import House, words
from tests.support.settings import AUTH_TOKEN, environment, make_settings
from tests.support.twilio import new_sid, signature

ROTATE = (
    ("key-file-before-rename", "kek"),
    ("key-file-after-rename", "kek"),
    ("key-rotation-begun", "kek"),
    ("key-rotation-begun", "index"),
    ("key-batch-before-commit", "kek"),
    ("key-batch-before-commit", "intake"),
    ("key-batch-before-commit", "data"),
    ("key-batch-after-commit", "data"),
)
FINISH = (("key-batch-before-commit", "index"),)
RETIRE = (
    ("key-retire-before-commit", "kek"),
    ("key-retire-before-commit", "index"),
    ("key-retire-before-commit", "data"),
    ("key-retire-after-commit", "kek"),
    ("key-file-after-rename", "kek"),
    ("key-batch-before-commit", "data"),
    ("key-batch-after-commit", "data"),
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def by_turns(deaths: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Those of `deaths` that are died on the database of this run."""
    return deaths[1 if os.environ.get("TESA_TEST_DATABASE_URL") else 0 :: 2]


@pytest.fixture
def settings(tmp_path: Path, key_file: Path, database_url: str) -> Settings:
    """An installation on a free port, with a copy of the key file that this test alone changes."""
    own = tmp_path / "own-keys"
    own.write_bytes(key_file.read_bytes())
    own.chmod(0o600)
    port = processes.free_port()
    return make_settings(database_url, own, port=port, public_url=f"http://127.0.0.1:{port}")


@pytest.fixture
def house(app: Flask, client: FlaskClient, settings: Settings) -> House:
    return House(client, settings)


class Writer:
    """Sends one signed message of the caller after the other to the web process; knows what was answered 200."""

    def __init__(self, settings: Settings, house: House) -> None:
        self.settings, self.house = settings, house
        self.kept: list[str] = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        while not self.stopping.is_set():
            sid = new_sid("SM")
            form = {
                "AccountSid": self.settings.twilio_account_sid, "MessageSid": sid, "Body": f"pesan {sid}",
                "From": f"whatsapp:{self.house.caller}", "To": f"whatsapp:{self.settings.whatsapp_number}",
            }  # fmt: skip
            url = self.settings.url("/twilio/message")
            headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, url, form)}
            if requests.post(url, data=form, headers=headers, timeout=20).status_code == 200:
                self.kept.append(sid)
            self.stopping.wait(0.02)


@contextlib.contextmanager
def writes(settings: Settings, house: House) -> Iterator[Writer]:
    """Messages come in all the while."""
    with processes.tesa("web", environment(settings)):
        processes.wait_for(settings.url("/healthz"))
        writer = Writer(settings, house)
        writer.thread.start()
        try:
            yield writer
        finally:
            writer.stopping.set()
            writer.thread.join(30)


def tesa_keys(settings: Settings, *arguments: str, failpoint: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tesa", "keys", *arguments]
    env = {**environment(settings), "TESA_FAILPOINT": failpoint, "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=90, check=False)


def killed_and_run_again(settings: Settings, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    killed = tesa_keys(settings, *arguments, failpoint=name)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    return tesa_keys(settings, *arguments)


def rotated(settings: Settings, *arguments: str) -> None:
    done = tesa_keys(settings, "rotate", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def minutes_pass() -> None:
    """All that rotations wait for is over; no process is there that remembers anything."""
    with transaction():
        db.session.execute(update(KeyRotation).values(ready_at=clock.now() - timedelta(seconds=1)))
        db.session.execute(update(PurposeKey).values(created_at=clock.now() - timedelta(minutes=10)))


def nothing_is_lost(house: House, before: dict, writer: Writer | None = None) -> None:
    vault.forget()
    now = words()
    assert before.items() <= now.items()
    if writer is not None:
        assert len(writer.kept) > 3, "nothing was written meanwhile"
        sids = list(db.session.scalars(select(Message.sid).where(Message.sid.in_(writer.kept))))
        assert sorted(sids) == sorted(writer.kept)
        bodies = {text for (column, _), text in now.items() if column == "message.body_sealed"}
        assert {f"pesan {sid}" for sid in writer.kept} <= bodies
    house.is_found()


def test_every_failpoint_of_the_keys_is_walked_here() -> None:
    walked = {name for name, _ in (*ROTATE, *FINISH, *RETIRE)}
    assert walked == {name for name in failpoints.NAMES if name.startswith("key-")}


@pytest.mark.parametrize(("name", "kind"), by_turns(ROTATE))
def test_rotate_dies(house: House, settings: Settings, name: str, kind: str) -> None:
    before = words()
    with writes(settings, house) as writer:
        again = killed_and_run_again(settings, name, "rotate", kind)
        assert again.returncode == 0, again.stdout + again.stderr
        assert tesa_keys(settings, "retire", kind).returncode == 1, "others may still use the old key"
    nothing_is_lost(house, before, writer)
    minutes_pass()
    rotated(settings, kind, "--wait")
    retired = tesa_keys(settings, "retire", kind)
    assert retired.returncode == 0, retired.stdout + retired.stderr
    nothing_is_lost(house, before, writer)


@pytest.mark.parametrize(("name", "kind"), FINISH)
def test_the_end_of_a_rotation_dies(house: House, settings: Settings, name: str, kind: str) -> None:
    before = words()
    rotated(settings, kind)
    minutes_pass()
    with writes(settings, house) as writer:
        again = killed_and_run_again(settings, name, "rotate", kind, "--wait")
        assert again.returncode == 0, again.stdout + again.stderr
    nothing_is_lost(house, before, writer)
    assert tesa_keys(settings, "retire", kind).returncode == 0
    nothing_is_lost(house, before, writer)


@pytest.mark.parametrize(("name", "kind"), by_turns(RETIRE))
def test_retire_dies(house: House, settings: Settings, name: str, kind: str) -> None:
    before = words()
    rotated(settings, kind)
    minutes_pass()
    rotated(settings, kind, "--wait")
    with writes(settings, house) as writer:
        again = killed_and_run_again(settings, name, "retire", kind)
        assert again.returncode == (1 if name == "key-retire-after-commit" else 0), again.stderr
    nothing_is_lost(house, before, writer)
    assert tesa_keys(settings, "status").returncode == 0
    assert "no old key" in tesa_keys(settings, "retire", kind).stderr
