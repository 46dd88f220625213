"""`tesa keys`: what it says and how it exits."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from config import Settings
from tesa.core.vault.cli import keys_group
from tesa.core.vault.jobs import go_on_with_rotations
from tesa.core.vault.rotation import KINDS, under_way
from tests.support.moved_clock import MovedClock
from tests.support.sealed_rows import House
from tests.support.settings import make_settings


@pytest.fixture
def settings(tmp_path: Path, key_file: Path, database_url: str) -> Settings:
    """With a copy of the key file, which this test alone changes."""
    own = tmp_path / "own-keys"
    own.write_bytes(key_file.read_bytes())
    own.chmod(0o600)
    return make_settings(database_url, own)


@pytest.fixture
def house(app: Flask, clock: MovedClock, client: FlaskClient, settings: Settings) -> House:
    clock.set(clock.now() + timedelta(days=400))
    return House(client, settings)


def keys(*arguments: str) -> Result:
    return CliRunner().invoke(keys_group, arguments)


def test_from_rotate_to_retire_with_the_worker_in_between(house: House, clock: MovedClock) -> None:
    assert keys("status").exit_code == 0
    assert keys("retire", "all").exit_code == 1
    clock.advance(1)
    begun = keys("rotate", "all")
    assert begun.exit_code == 0, begun.output
    for kind in KINDS:
        assert f"{kind}: rotasi dimulai" in begun.output
    assert "goes on after" in begun.output
    assert "keep a new copy" in begun.output
    assert "rotasi dilanjutkan" in keys("rotate", "data").output
    assert keys("status").exit_code == 3
    refused = keys("retire", "all")
    assert refused.exit_code == 1
    assert refused.output.count("not finished") == len(KINDS)
    clock.advance(300)
    for _ in range(400):
        go_on_with_rotations(clock.now())
    assert all(under_way(kind) is None for kind in KINDS)
    assert "tesa keys retire data" in keys("status").output
    retired = keys("retire", "all")
    assert retired.exit_code == 0, retired.output
    assert retired.output.count("destroyed") == len(KINDS)
    assert keys("status").exit_code == 0
    house.is_found()


def test_status_for_a_program_holds_nothing_secret(house: House, settings: Settings) -> None:
    states = json.loads(keys("status", "--json").output)
    assert [state["kind"] for state in states] == [*KINDS, "audit", "pepper"]
    kek = states[0]
    assert kek["rows"][kek["current"]] > 0
    assert settings.key_file is not None
    for secret in json.loads(settings.key_file.read_text())["keys"].values():
        assert secret not in keys("status", "--json").output


def test_an_unknown_kind_is_wrong_usage(house: House) -> None:
    assert keys("rotate", "pepper").exit_code == 2
