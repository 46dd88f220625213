"""Everybody's own page."""

from __future__ import annotations

import pytest
from flask import Flask

from tesa.accounts.models import Account, StaffSession
from tesa.core.db import db, new_id
from tests.accounts.making import (
    NOW,
    OTHER_PASSWORD,
    PASSWORD,
    Enrolled,
    gets_in,
    is_in,
    make_enrolled,
    sign_in,
    trail,
)
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import session_cookie, signed_in


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled()


@pytest.fixture
def browser(app: Flask, person: Enrolled) -> OutsideClient:
    return signed_in(app.test_client(), person.member)


def change(browser: OutsideClient, old: str = PASSWORD, new: str = OTHER_PASSWORD) -> int:
    return browser.submit("/profil/kata-sandi", old=old, password=new).status_code


def test_the_page_shows_who_one_is_and_what_one_did(app: Flask, client: OutsideClient, person: Enrolled) -> None:
    sign_in(client, person, NOW)
    page = client.get("/profil").text
    for words in (person.member.name, person.email, "Psikolog", "sign_in", "perangkat ini"):
        assert words in page
    assert f"<title>{person.member.name}" not in page


def test_in_english_too(browser: OutsideClient) -> None:
    page = browser.get("/profil?lang=en").text
    assert "Change password" in page
    assert "Ganti kata sandi" not in page


def test_a_new_password_counts_and_the_old_one_no_more(
    browser: OutsideClient, client: OutsideClient, person: Enrolled
) -> None:
    assert change(browser) == 303
    assert not gets_in(client, person.email, PASSWORD, person.code(NOW))
    assert gets_in(client, person.email, OTHER_PASSWORD, person.code(NOW))
    assert len(trail("staff.password")) == 1


def test_it_ends_the_other_sessions_but_not_this_one(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    other = signed_in(app.test_client(), person.member)
    change(browser)
    assert is_in(browser)
    assert not is_in(other)


def test_without_the_old_password_nothing_changes(
    browser: OutsideClient, client: OutsideClient, person: Enrolled
) -> None:
    assert change(browser, old=OTHER_PASSWORD) == 422
    assert gets_in(client, person.email, PASSWORD, person.code(NOW))


def test_whoever_finds_an_open_session_cannot_try_passwords_on(browser: OutsideClient, now: MovedClock) -> None:
    assert [change(browser, old=f"tebakan nomor {n} yang salah") for n in range(5)] == [422, 422, 422, 429, 429]
    now.advance(3)
    assert change(browser) == 303


@pytest.mark.parametrize("password", ["pendek", "passwordpassword", ""])
def test_a_weak_new_password_is_refused(browser: OutsideClient, password: str) -> None:
    assert change(browser, new=password) == 422


def test_language_and_theme_follow_her(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    assert browser.submit("/profil/tampilan", language="en", theme="dark").status_code == 303
    account = db.session.get_one(Account, person.member.id)
    assert (account.language, account.theme) == ("en", "dark")
    elsewhere = signed_in(app.test_client(), person.member).get("/profil").text
    assert '<html lang="en" data-theme="dark"' in elsewhere
    assert '<html lang="en" data-theme="dark"' in browser.get("/profil").text


@pytest.mark.parametrize("form", [{"language": "xx", "theme": "dark"}, {"language": "en", "theme": "pink"}, {}])
def test_other_languages_and_themes_are_refused(browser: OutsideClient, person: Enrolled, form: dict[str, str]) -> None:
    assert browser.submit("/profil/tampilan", **form).status_code == 422
    account = db.session.get_one(Account, person.member.id)
    assert (account.language, account.theme) == ("id", "auto")


def test_signing_one_device_out(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    other = signed_in(app.test_client(), person.member)
    page = browser.get("/profil").text
    (path,) = {
        part.split('"')[0]
        for part in page.split('action="')[1:]
        if part.startswith("/profil/sesi/") and "lain" not in part
    }
    assert browser.submit(path).status_code == 303
    assert not is_in(other)
    assert is_in(browser)
    assert browser.submit(path).status_code == 404


def test_signing_all_other_devices_out(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    others = [signed_in(app.test_client(), person.member) for _ in range(3)]
    assert browser.submit("/profil/sesi/lain").status_code == 303
    assert [is_in(other) for other in others] == [False] * 3
    assert is_in(browser)


def test_a_foreign_session_is_not_there(app: Flask, browser: OutsideClient) -> None:
    stranger = make_enrolled()
    _name, token = session_cookie(stranger.member)
    theirs = app.test_client()
    theirs.set_cookie("tesa_session", token)
    page = theirs.get("/profil").text
    assert "perangkat ini" in page
    row = db.session.query(StaffSession).filter_by(account_id=stranger.member.id).one()
    assert browser.submit(f"/profil/sesi/{row.id}").data == browser.submit(f"/profil/sesi/{new_id()}").data
    assert is_in(theirs)


def test_idle_sessions_are_not_listed_as_open(app: Flask, person: Enrolled, now: MovedClock) -> None:
    signed_in(app.test_client(), person.member)
    now.advance(16 * 60)
    page = signed_in(app.test_client(), person.member).get("/profil").text
    assert page.count("perangkat ini") == 1
    assert "/profil/sesi/" not in page
