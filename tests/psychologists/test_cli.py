"""`tesa rota` as an operator and as a program meet it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tesa.core.db import new_id
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.cli import rota_group
from tests.psychologists.presence import do
from tests.psychologists.rota import all_rows, at
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff

HEADER = "email,start,end,tier\n"
DAY = "2026-11-25T08:00+07:00,2026-11-25T20:00+07:00"


class Shell:
    """Runs commands of the group in the application."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.file = folder / "rota.csv"

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(rota_group, arguments, obj={"application": lambda: self.app})

    def take(self, content: str, *options: str) -> Result:
        self.file.write_text(content, encoding="utf-8")
        return self.run("import", str(self.file), *options)


@pytest.fixture
def shell(app: Flask, clock: MovedClock, tmp_path: Path) -> Shell:
    return Shell(app, tmp_path)


def test_import_takes_a_file_and_a_second_time_nothing(shell: Shell) -> None:
    make_staff("psychologist", email="satu@contoh.id")
    content = HEADER + f"satu@contoh.id,{DAY},1\n"
    first = shell.take(content)
    assert (first.exit_code, first.stdout.split()[0]) == (0, "1")
    second = shell.take(content, "--json")
    assert (second.exit_code, json.loads(second.stdout)) == (0, {"added": 0, "known": 1})


def test_a_refused_file_says_each_line_in_both_languages_and_exits_1(shell: Shell) -> None:
    make_staff("psychologist", email="satu@contoh.id")
    content = HEADER + f"satu@contoh.id,{DAY},1\nsiapa@contoh.id,{DAY},1\nsatu@contoh.id,{DAY},7\n"
    refused = shell.take(content)
    assert refused.exit_code == 1
    lines = refused.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Baris 3", "Baris 4"]
    assert all(" / " in line for line in lines)
    assert all_rows() == []


def test_a_refused_file_for_a_program(shell: Shell) -> None:
    refused = shell.take(HEADER + f"siapa@contoh.id,{DAY},1\n", "--json")
    answer = json.loads(refused.stdout)
    assert (refused.exit_code, answer["complaints"]) == (1, 1)
    assert (answer["refused"][0]["line"], answer["refused"][0]["flaw"]) == (2, "unknown_person")


def test_a_file_that_is_not_there_is_wrong_usage(shell: Shell) -> None:
    assert shell.run("import", "nowhere.csv").exit_code == 2


def test_now_says_who_is_on_by_tier_and_the_next_gap(shell: Shell) -> None:
    for role, tier, line in (
        ("psychologist", 1, "hotline"),
        ("psychologist", 2, "hotline"),
        ("coordinator", 3, "hotline"),
        ("outreach", 1, "outreach"),
    ):
        somebody = make_staff(role, email=f"{role}{tier}@contoh.id").id
        make_shift(somebody, tier, line)
        if tier == 2:
            do(mark_ringing, somebody, new_id())
    answer = json.loads(shell.run("now", "--json").stdout)
    assert set(answer) == {"at", "tiers", "on_duty", "next_gap"}
    assert {tier: [p["email"] for p in people] for tier, people in answer["tiers"].items()} == {
        "1": ["psychologist1@contoh.id"],
        "2": ["psychologist2@contoh.id"],
        "3": ["coordinator3@contoh.id"],
    }
    assert answer["tiers"]["2"][0]["state"] == "ringing"
    assert answer["tiers"]["1"][0]["ends_at"] == at(11).isoformat()
    assert {(p["email"], p["line"], p["tier"]) for p in answer["on_duty"]} >= {("outreach1@contoh.id", "outreach", 1)}
    assert answer["next_gap"] == {
        "starts_at": at(11).isoformat(),
        "ends_at": (at(0) + timedelta(days=28)).isoformat(),
        "tier": 1,
    }


def test_now_at_another_instant(shell: Shell) -> None:
    make_shift(make_staff("psychologist", email="nanti@contoh.id").id, starts_at=at(24))
    assert json.loads(shell.run("now", "--json").stdout)["tiers"]["1"] == []
    answer = json.loads(shell.run("now", "--json", "--at", "2026-11-25T11:00+07:00").stdout)
    assert [p["email"] for p in answer["tiers"]["1"]] == ["nanti@contoh.id"]
    assert answer["at"] == "2026-11-25T04:00:00+00:00"


@pytest.mark.parametrize("moment", ["2026-11-25T11:00", "tomorrow", ""])
def test_now_at_no_instant_is_wrong_usage(shell: Shell, moment: str) -> None:
    assert shell.run("now", "--at", moment).exit_code == 2


def test_without_a_gap_there_is_null(shell: Shell) -> None:
    somebody = make_staff("psychologist").id
    for day in range(29):
        make_shift(somebody, starts_at=at(24 * day), ends_at=at(24 * day + 24))
    assert json.loads(shell.run("now", "--json").stdout)["next_gap"] is None
    assert "28" in shell.run("now").stdout
