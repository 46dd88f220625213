"""The newest entry in the second place, and `tesa audit verify`, which compares."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from config import Settings
from tesa.accounts.audit import heads, record, verify
from tesa.accounts.audit_cli import audit_group
from tesa.accounts.jobs import keep_head
from tesa.core.transactions import transaction
from tests.accounts.making import NOW
from tests.accounts.test_audit import behind_the_guard, write
from tests.support.moved_clock import MovedClock

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


def audit(*words: str) -> Result:
    return CliRunner().invoke(audit_group, words, catch_exceptions=False)


def lines(settings: Settings) -> list[dict[str, object]]:
    text = (settings.second_place / heads.NAME).read_text()
    return [json.loads(line) for line in text.splitlines()]


def cut_off(seq: int) -> None:
    behind_the_guard(("DELETE FROM audit_entry WHERE seq > :seq", {"seq": seq}))


def test_a_line_says_which_entry_was_the_newest(app: Flask, settings: Settings) -> None:
    write(3)
    assert heads.write_head(settings.second_place, NOW)
    head = verify().head.hex()
    assert lines(settings) == [{"kind": "head", "seq": 3, "entries": 3, "mac": head, "at": NOW.isoformat()}]
    assert (settings.second_place / heads.NAME).stat().st_mode & 0o777 == 0o600
    assert settings.second_place.stat().st_mode & 0o777 == 0o700


def test_an_empty_trail_has_no_head(app: Flask, settings: Settings) -> None:
    assert not heads.write_head(settings.second_place, NOW)
    assert not (settings.second_place / heads.NAME).exists()


def test_the_worker_writes_it_every_hour_and_whichever_worker_comes_first(app: Flask, settings: Settings) -> None:
    write()
    for minutes in (0, 0.5, 1, 59, 60, 61, 121):
        keep_head(NOW + timedelta(minutes=minutes))
        app.extensions.pop("tesa_accounts_jobs")  # as another worker, that has not looked yet
    assert [line["at"] for line in lines(settings)] == [(NOW + timedelta(minutes=m)).isoformat() for m in (0, 60, 121)]


def test_a_clock_that_was_set_back_does_not_stop_it(app: Flask, settings: Settings) -> None:
    write()
    keep_head(NOW)
    keep_head(NOW - HOUR)
    assert len(lines(settings)) == 2


def test_half_a_line_of_a_process_that_died_is_cut_off(app: Flask, settings: Settings) -> None:
    write()
    heads.write_head(settings.second_place, NOW)
    with (settings.second_place / heads.NAME).open("a") as file:
        file.write('{"kind":"head","se')
    assert audit("verify").exit_code == 0
    assert [line["seq"] for line in lines(settings)] == [1, 1]


def test_a_whole_trail(app: Flask, settings: Settings) -> None:
    write(3)
    result = audit("verify")
    assert result.exit_code == 0
    assert "Utuh / whole: 3" in result.stdout
    assert "no heads to compare with" in result.stdout
    found = json.loads(audit("verify", "--json").stdout)
    assert (found["entries"], found["first_bad"], found["heads"], found["truncated"]) == (3, None, 1, None)
    assert found["head"] == verify().head.hex()
    assert len(lines(settings)) == 2  # each check that finds it whole leaves a head


def test_a_broken_trail_names_its_first_bad_entry(app: Flask, settings: Settings) -> None:
    write(3)
    behind_the_guard(("UPDATE audit_entry SET act = 'x' WHERE seq = 2", {}))
    result = audit("verify")
    assert result.exit_code == 3
    assert "broken at entry 2" in result.stdout
    found = json.loads(audit("verify", "--json").stdout)
    assert (found["first_bad"], found["reason"]) == (2, "mac")
    assert not (settings.second_place / heads.NAME).exists()  # a broken chain is no head to rely on


@pytest.mark.parametrize("left", [0, 2, 4])
def test_an_end_that_was_cut_off(app: Flask, settings: Settings, left: int) -> None:
    write(5)
    heads.write_head(settings.second_place, NOW)
    cut_off(left)
    assert verify().first_bad is None  # the chain alone does not show it
    result = audit("verify")
    assert result.exit_code == 4
    assert "entry 5 was there once" in result.stdout


def test_an_end_that_was_written_anew(app: Flask, settings: Settings) -> None:
    write(5)
    heads.write_head(settings.second_place, NOW)
    cut_off(3)
    write(4, "other.act")
    assert audit("verify").exit_code == 4


def test_a_trail_that_went_on_agrees(app: Flask, settings: Settings) -> None:
    write(5)
    heads.write_head(settings.second_place, NOW)
    write(5)
    assert audit("verify").exit_code == 0


def test_heads_kept_elsewhere(app: Flask, settings: Settings, tmp_path: Path) -> None:
    write(5)
    heads.write_head(tmp_path / "elsewhere", NOW)
    cut_off(4)
    assert audit("verify").exit_code == 0
    assert audit("verify", "--head", str(tmp_path / "elsewhere" / heads.NAME)).exit_code == 4


@pytest.mark.parametrize(
    "line", ["nothing", "{}", '{"kind":"head","seq":"1","mac":"00","at":"2026-11-24T00:00:00+00:00"}']
)
def test_a_line_that_is_none_is_no_reason_to_trust(app: Flask, settings: Settings, line: str) -> None:
    write()
    heads.write_head(settings.second_place, NOW)
    path = settings.second_place / heads.NAME
    path.write_text(f"{line}\n{path.read_text()}")
    result = audit("verify")
    assert result.exit_code == 4
    assert "line 1 is broken" in result.stderr


def restore() -> None:
    """What a restoration leaves in the chain."""
    with transaction():
        record(None, heads.RESTORED, "backup", None, NOW, old_seq=6)


def test_a_restored_backup_says_so_and_is_whole(app: Flask, settings: Settings) -> None:
    write(4)
    heads.write_head(settings.second_place, NOW)
    write(2)
    heads.write_head(settings.second_place, NOW)
    cut_off(4)
    assert audit("verify").exit_code == 4
    restore()
    assert audit("verify").exit_code == 4  # the entry alone is not enough
    heads.write_head(settings.second_place, NOW)
    write(3)
    result = audit("verify")
    assert result.exit_code == 0
    assert "a backup was restored: entri / entry 5" in result.stdout
    assert json.loads(audit("verify", "--json").stdout)["restored"] == [5]
    cut_off(6)
    assert audit("verify").exit_code == 4  # what came after the restoration is held to its heads again


def test_a_restoration_excuses_nothing_before_it(app: Flask, settings: Settings) -> None:
    write(4)
    heads.write_head(settings.second_place, NOW)
    cut_off(2)
    write(3)
    restore()
    heads.write_head(settings.second_place, NOW)
    assert audit("verify").exit_code == 4


def test_a_line_of_a_restoration_that_the_chain_does_not_hold_excuses_nothing(app: Flask, settings: Settings) -> None:
    write(6)
    heads.write_head(settings.second_place, NOW)
    cut_off(4)
    with (settings.second_place / heads.NAME).open("a") as file:
        line = {"kind": "restored", "seq": 4, "mac": verify().head.hex(), "at": NOW.isoformat(), "entries": 4}
        file.write(json.dumps(line) + "\n")
    assert audit("verify").exit_code == 4
