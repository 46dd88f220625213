"""Any sequence of writes, rotations, deaths and retirements: every row opens, and every number is found."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from tesa.core.db import db
from tesa.core.vault import vault
from tesa.core.vault.retirement import NotYet, retire
from tesa.core.vault.rotation import KINDS, advance, begin
from tests.support.moved_clock import MovedClock
from tests.support.sealed_rows import House, words
from tests.support.settings import make_settings


@pytest.fixture
def settings(tmp_path: Path, key_file: Path, database_url: str) -> Settings:
    """With a copy of the key file, which this test alone changes."""
    own = tmp_path / "own-keys"
    own.write_bytes(key_file.read_bytes())
    own.chmod(0o600)
    return make_settings(database_url, own)


@pytest.mark.parametrize("seed", range(8))
def test_any_sequence(app: Flask, clock: MovedClock, client: FlaskClient, settings: Settings, seed: int) -> None:
    chance = random.Random(seed)
    clock.set(clock.now() + timedelta(days=400))
    house = House(client, settings)
    expected, retired = words(), 0

    def write() -> None:
        house.note(f"catatan {chance.random()}")
        house.write(f"pesan {chance.random()}")
        expected.update(words())

    def die() -> None:
        """Another process goes on: what this one knew is gone."""
        app.extensions.pop("tesa_keys_made", None)
        db.session.remove()
        vault.forget()

    def time_passes() -> None:
        clock.advance(130)
        vault.forget()  # no process remembers a key for longer than a minute

    for _ in range(60):
        kind = chance.choice(KINDS)
        act = chance.choices(("write", "begin", "advance", "die", "time", "retire"), (3, 2, 8, 2, 3, 2))[0]
        clock.advance(1)
        if act == "write":
            write()
        elif act == "begin":
            begin(kind, clock.now())
        elif act == "advance":
            for _ in range(chance.randrange(1, 40)):
                advance(kind, clock.now())
        elif act == "die":
            die()
        elif act == "time":
            time_passes()
        else:
            try:
                retire(kind, clock.now())
                retired += 1
            except NotYet:
                continue
    die()
    now = words()
    assert expected.items() <= now.items()
    house.is_found()
