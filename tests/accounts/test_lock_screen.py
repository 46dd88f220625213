"""*Kunci layar*: a locked session shows nothing, tells nothing, and still rings."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from tesa.accounts.models import StaffSession
from tesa.accounts.permissions import guard_of
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tests.accounts.making import NOW, Enrolled, is_in, make_enrolled, trail
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, signed_in

POLL = {"HX-Request": "true", "HX-Poll": "true", "HX-Current-URL": "http://127.0.0.1:5000/kasus"}
WORDS_OF_THE_HOUSE = ("TeSA", "kasus", "Kasus", "psikolog", "contoh.id", "hotline", "Kotak")


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled("psychologist", "coordinator", "administrator", "outreach")


@pytest.fixture
def browser(app: Flask, person: Enrolled) -> OutsideClient:
    return signed_in(app.test_client(), person.member)


@pytest.fixture
def locked(browser: OutsideClient) -> OutsideClient:
    response = browser.submit("/kunci", back="/profil?lang=en")
    assert (response.status_code, response.headers["Location"]) == (303, "/kunci")
    return browser


def test_every_page_leads_to_the_one_that_unlocks(app: Flask, locked: OutsideClient) -> None:
    """Walked over all routes: whatever asks for a signed-in person says nothing in a locked session."""
    told = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            guard = guard_of(rule.endpoint)
            if guard.kind != "act" or guard.when_locked:
                continue
            fits = {"UUIDConverter": new_id(), "IntegerConverter": 1}
            values = {name: fits.get(type(c).__name__, "x") for name, c in rule._converters.items()}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                path = url_for(rule.endpoint, _method=method, **values)
                response = locked.open(path, method=method, headers={"X-CSRFToken": locked.csrf_token()})
                if (response.status_code, response.headers.get("Location")) != (303, "/kunci"):
                    told.append(f"{method} {path}: {response.status_code}")
    assert told == []


def test_the_page_is_neutral(locked: OutsideClient) -> None:
    page = locked.get("/kunci").text
    assert "<title>Terkunci</title>" in page
    for word in WORDS_OF_THE_HOUSE:
        assert word not in page
    assert locked.get("/kunci").headers["Cache-Control"] == "no-store"


def test_the_code_unlocks_and_leads_back(locked: OutsideClient, person: Enrolled) -> None:
    before = locked.get_cookie("tesa_session")
    response = locked.submit("/kunci/buka", code=person.code(NOW))
    assert (response.status_code, response.headers["Location"]) == (303, "/profil?lang=en")
    assert is_in(locked)
    after = locked.get_cookie("tesa_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert [entry.act for entry in trail("screen.lock", "screen.unlock")] == ["screen.lock", "screen.unlock"]
    assert locked.get("/kunci").headers["Location"] == "/"


def test_a_wrong_code_does_not(locked: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    answers = [locked.submit("/kunci/buka", code="000000").status_code for _ in range(4)]
    assert answers == [422, 422, 422, 429]
    assert not is_in(locked)
    assert len(trail("screen.unlock.refused")) == 3
    later = now.advance(30)
    assert locked.submit("/kunci/buka", code=person.code(later)).status_code == 303
    assert is_in(locked)


def test_the_second_factor_of_the_step_up_does_not_unlock(locked: OutsideClient, person: Enrolled) -> None:
    assert locked.submit("/sign-in/again", again_code=person.code(NOW)).headers["Location"] == "/kunci"
    assert not is_in(locked)


def test_dangerous_acts_ask_again_after_locking(locked: OutsideClient, person: Enrolled) -> None:
    assert db.session.query(StaffSession).one().stepped_up_at is None
    locked.submit("/kunci/buka", code=person.code(NOW))
    assert locked.submit("/profil/kode-pemulihan").status_code == 200  # the code that unlocked was shown just now


def test_another_session_of_hers_is_not_locked(app: Flask, person: Enrolled, browser: OutsideClient) -> None:
    other = signed_in(app.test_client(), person.member)
    browser.submit("/kunci")
    assert not is_in(browser)
    assert is_in(other)


def test_what_pages_ask_by_themselves_leads_them_to_the_lock_without_a_word(locked: OutsideClient) -> None:
    response = locked.get("/kartu", headers=POLL)
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["HX-Redirect"] == "/kunci"
    assert locked.get("/ping", headers={"HX-Poll": "true"}).status_code == 204


def test_a_draft_that_comes_too_late_is_refused_as_json(locked: OutsideClient) -> None:
    headers = {"X-CSRFToken": locked.csrf_token(), "Accept": "application/json"}
    response = locked.post("/profil/tampilan", data={"text": "x"}, headers=headers)
    assert response.status_code == 401
    assert set(response.json or {}) == {"error"}


def test_it_rings_without_content(app: Flask, locked: OutsideClient, person: Enrolled) -> None:
    assert b"Ada panggilan" not in locked.get("/kunci/dering", headers=POLL).data
    make_shift(person.member.id)
    with transaction():
        assert mark_ringing(person.member.id, new_id(), NOW)
    card = locked.get("/kunci/dering", headers=POLL).text
    assert "data-ringing" in card
    assert "Ada panggilan" in card
    assert "href" not in card
    assert "Ada panggilan" in locked.get("/kunci").text


def test_the_ring_of_a_locked_screen_keeps_nobody_in(locked: OutsideClient, now: MovedClock) -> None:
    for _ in range(30):
        now.advance(30)
        locked.get("/kunci/dering", headers=POLL)
    assert "/sign-in" in locked.get("/kunci/dering", headers=POLL).headers["HX-Redirect"]


def test_locking_for_a_script(browser: OutsideClient) -> None:
    headers = {"X-CSRFToken": browser.csrf_token(), "Accept": "application/json"}
    assert browser.post("/kunci", data={"back": "/profil"}, headers=headers).status_code == 204
    assert browser.post("/kunci", data={"back": "/kasus"}, headers=headers).status_code == 204
    assert len(trail("screen.lock")) == 1
    assert not is_in(browser)


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", ""])
def test_it_leads_back_to_a_page_of_this_site_only(browser: OutsideClient, person: Enrolled, back: str) -> None:
    browser.submit("/kunci", back=back)
    assert browser.submit("/kunci/buka", code=person.code(NOW)).headers["Location"] == "/"


def test_locking_needs_a_token_and_somebody_signed_in(browser: OutsideClient, client: OutsideClient) -> None:
    assert browser.post("/kunci").status_code == 403
    assert is_in(browser)
    assert "/sign-in" in client.submit("/kunci").headers["Location"]
    assert "/sign-in" in client.get("/kunci").headers["Location"]


def test_signing_out_of_a_locked_screen(locked: OutsideClient) -> None:
    assert locked.submit("/sign-out").headers["Location"] == "/sign-in"
    assert "/sign-in" in locked.get("/profil").headers["Location"]


def test_unlocking_what_is_not_locked(browser: OutsideClient, person: Enrolled) -> None:
    assert browser.submit("/kunci/buka", code=person.code(NOW)).headers["Location"] == "/"
    assert is_in(browser)
