"""`tesa staff …` as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tesa.accounts.actions.finish_enrolment import open_enrolment
from tesa.accounts.cli import staff_group
from tesa.accounts.public import by_email
from tests.accounts.making import NOW, OTHER_PASSWORD, PASSWORD, enter_password, gets_in, is_in
from tests.accounts.test_import_staff import GOOD
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock

ADD = ["add", "--name", "Psikolog Dua", "--email", "dua@contoh.id", "--phone", "081200000017", "--role", "psychologist"]


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


def staff(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(staff_group, words, input=typed, catch_exceptions=False)


def test_with_a_password_she_can_sign_in_at_once(app: Flask, client: OutsideClient) -> None:
    result = staff(*ADD, "--password-stdin", typed=PASSWORD + "\n")
    assert result.exit_code == 0
    seed = result.stdout.strip().removeprefix("TOTP: ")
    assert enter_password(client, "dua@contoh.id").status_code == 303
    client.submit("/sign-in/code", code=pyotp.TOTP(seed).at(NOW))
    assert is_in(client)


def test_for_a_program(app: Flask) -> None:
    printed = json.loads(staff(*ADD, "--password-stdin", "--json", typed=PASSWORD).stdout)
    assert printed["email"] == "dua@contoh.id"
    assert len(printed["totp_secret"]) == 32


def test_without_a_password_a_link_for_her_alone(app: Flask) -> None:
    result = staff(*ADD)
    link = result.stdout.strip().splitlines()[-1]
    assert link.startswith("http://127.0.0.1:5000/enrol/")
    _enrolment, account, _seed = open_enrolment(link.rsplit("/", 1)[1], NOW)
    assert account.email == "dua@contoh.id"
    assert account.password_hash is None


def test_several_roles_and_all_that_is_known(app: Flask) -> None:
    more = ["--role", "coordinator", "--gender", "female", "--languages", "id;jv", "--kecamatan", "32.75.02"]
    assert staff(*ADD, *more, "--password-stdin", typed=PASSWORD).exit_code == 0
    person = by_email("dua@contoh.id")
    assert person is not None
    assert (person.roles, person.gender) == ({"psychologist", "coordinator"}, "P")
    assert (person.languages, person.kecamatan, person.phone) == ({"id", "jv"}, "32.75.02", "+6281200000017")


@pytest.mark.parametrize(
    ("password", "sentence"), [("pendek", "15 karakter"), ("passwordpassword", "mudah ditebak"), ("", "15 karakter")]
)
def test_a_weak_password_leaves_nobody(app: Flask, password: str, sentence: str) -> None:
    result = staff(*ADD, "--password-stdin", typed=password + "\n")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert " / " in result.stderr
    assert by_email("dua@contoh.id") is None


def test_a_refusal_stands_there_in_both_languages(app: Flask) -> None:
    result = staff("add", "--name", "x", "--email", "bukan surel", "--role", "psychologist")
    assert result.exit_code == 1
    indonesian, english = result.stderr.strip().split(" / ")
    assert indonesian == "Alamat surel tidak benar."
    assert english != indonesian


@pytest.mark.parametrize(
    "words", [["add"], ["add", "--role", "root"], ["import"], ["import", "/no/such/file"], ["fly"]]
)
def test_wrong_usage(app: Flask, words: list[str]) -> None:
    assert staff(*words).exit_code == 2


def test_a_file(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert staff("import", str(file)).stdout == "3 orang disimpan / people saved\n"
    assert json.loads(staff("import", str(file), "--json").stdout) == {"imported": 3}


def test_an_unfit_file(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(GOOD + "x,y,z,psychologist,P,id,\n", encoding="utf-8")
    result = staff("import", str(file))
    assert result.exit_code == 1
    assert "Nothing was saved" in result.stderr
    assert "line 6" in result.stderr
    assert by_email("satu@contoh.id") is None


def test_a_file_that_is_no_text(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_bytes(GOOD.encode("utf-16"))
    result = staff("import", str(file))
    assert result.exit_code == 1
    assert "UTF-8" in result.stderr


def test_a_new_link_for_somebody_who_is_there(app: Flask) -> None:
    staff(*ADD, "--password-stdin", typed=PASSWORD)
    result = staff("enrol", "--email", "DUA@contoh.id")
    assert result.exit_code == 0
    open_enrolment(result.stdout.strip().rsplit("/", 1)[1], NOW)
    assert staff("enrol", "--email", "nobody@contoh.id").exit_code == 1


def test_adding_somebody_who_is_there_leaves_her_secrets_alone(app: Flask, client: OutsideClient) -> None:
    """The way back in for whoever lost her telephone is `tesa staff enrol`, and she is told of it."""
    seed = staff(*ADD, "--password-stdin", typed=PASSWORD).stdout.strip().removeprefix("TOTP: ")
    result = staff(*ADD, "--password-stdin", typed=OTHER_PASSWORD)
    assert result.exit_code == 1
    assert "sudah dipakai" in result.stderr
    assert not gets_in(client, "dua@contoh.id", OTHER_PASSWORD, pyotp.TOTP(seed).at(NOW))
    assert gets_in(client, "dua@contoh.id", PASSWORD, pyotp.TOTP(seed).at(NOW))
