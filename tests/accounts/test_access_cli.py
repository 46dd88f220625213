"""The table of access as a document and as a page: the same words, every act named, always up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tesa.accounts import access_cli
from tesa.accounts.access_table import act_words, document, tables
from tesa.accounts.rules.policy import POLICY
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in


def test_every_act_has_words_in_both_languages(app: Flask) -> None:
    text = document()
    assert [line.act for line in POLICY if act_words(line.act) == line.act] == []
    indonesian, english = text.split("# Who may do what")
    for line in POLICY:
        assert f"`{line.act}`" in indonesian
        assert f"`{line.act}`" in english
    assert indonesian.count("\n| ") == english.count("\n| ")


def test_every_line_of_the_policy_is_a_row(app: Flask) -> None:
    assert sum(len(rows) for _title, rows in tables()) == len(POLICY)


def test_check_notices_what_is_not_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    assert run.invoke(access_cli.access_group, ["print", "--check"]).exit_code == 1
    assert run.invoke(access_cli.access_group, ["print"]).exit_code == 0
    assert run.invoke(access_cli.access_group, ["print", "--check"]).exit_code == 0
    written = tmp_path / "docs" / "access.md"
    written.write_text(written.read_text().replace("case.close", "case.dance", 1))
    assert run.invoke(access_cli.access_group, ["print", "--check"]).exit_code == 1


def test_the_page_shows_the_same(new_client: Callable[[], OutsideClient]) -> None:
    page = signed_in(new_client(), make_staff("coordinator")).get("/staf/hak").text
    assert "membaca apa yang dikatakan" in page
    assert page.count('<th scope="row">') == len(POLICY)
    assert signed_in(new_client(), make_staff("psychologist")).get("/staf/hak").status_code == 404
