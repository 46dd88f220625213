"""Dangerous acts ask for the second factor again, and nothing that was typed is lost by it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from tesa.accounts import permissions, sessions
from tesa.accounts.models import StaffSession
from tesa.accounts.permissions import needs_fresh, require
from tesa.accounts.public import Role
from tesa.accounts.rules.idle import is_fresh
from tesa.core.db import db
from tests.accounts.making import NOW, Enrolled, is_in, make_enrolled, sign_in, trail
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import session_cookie, signed_in

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
DANGEROUS = "/percobaan/berbahaya"


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def sent(app: Flask) -> list[list[tuple[str, str]]]:
    """What reached a dangerous act: an endpoint of this test, behind the real gate."""
    came: list[list[tuple[str, str]]] = []

    @require("factor.change")
    def danger() -> str:
        pairs = [(k, v) for k, values in request.form.lists() for v in values]
        came.append([("?", request.query_string.decode()), *pairs])
        return "done"

    app.add_url_rule(DANGEROUS, "danger", danger, methods=["GET", "POST"])
    return came


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled()


@pytest.fixture
def browser(app: Flask, person: Enrolled, sent: object) -> OutsideClient:
    return signed_in(app.test_client(), person.member)


def hidden(page: str) -> list[tuple[str, str]]:
    """The hidden inputs of the form that asks, as a browser would send them."""
    form = page[page.index('action="/sign-in/again') :]
    form = form[: form.index("</form>")]
    found = []
    for tag in HIDDEN.findall(form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag, re.DOTALL)
        found.append((unescape(name[1] if name else ""), unescape(value[1] if value else "")))
    return found


def answer(browser: OutsideClient, page: str, code: str) -> TestResponse:
    """Fill in the page that asks, and do as a browser does when it is told 307: send the same form to the next place."""
    data: dict[str, list[str]] = {}
    for name, value in [*hidden(page), ("again_code", code)]:
        data.setdefault(name, []).append(value)
    response = browser.post("/sign-in/again", data=data)
    return browser.post(response.headers["Location"], data=data) if response.status_code == 307 else response


# -- the rule
@pytest.mark.parametrize(("seconds", "fresh"), [(0, True), (299.9, True), (300, False), (-1, False), (10**6, False)])
def test_five_minutes(seconds: float, fresh: bool) -> None:
    assert is_fresh(NOW, NOW + timedelta(seconds=seconds)) is fresh
    assert not is_fresh(None, NOW)


def test_the_table_says_what_is_dangerous(app: Flask) -> None:
    assert needs_fresh(frozenset({Role.PSYCHOLOGIST}), "factor.change")
    assert not needs_fresh(frozenset({Role.PSYCHOLOGIST}), "home.read")
    assert not needs_fresh(frozenset(), "factor.change")
    assert not needs_fresh(frozenset(Role), "no.such.act")
    assert permissions.permission_table()["factor.change"] == frozenset(Role)


# -- the detour
def test_right_after_the_sign_in_nothing_is_asked(browser: OutsideClient, sent: list[object]) -> None:
    assert browser.get(DANGEROUS).text == "done"
    assert browser.submit(DANGEROUS, reason="x").text == "done"
    assert len(sent) == 2


def test_a_page_opens_after_the_detour(
    browser: OutsideClient, person: Enrolled, now: MovedClock, sent: list[object]
) -> None:
    later = now.advance(300)
    led = browser.get(f"{DANGEROUS}?a=1&b=%C3%A9")
    assert led.status_code == 303
    page = browser.get(led.headers["Location"])
    assert page.status_code == 200
    assert sent == []
    back = browser.submit(led.headers["Location"], again_code=person.code(later))
    assert back.status_code == 303
    assert back.headers["Location"] == f"{DANGEROUS}?a=1&b=%C3%A9"
    assert browser.get(back.headers["Location"]).text == "done"
    assert [entry.details for entry in trail("step_up")] == ['{"factor":"totp"}']


def test_what_was_typed_is_sent_on_unchanged(
    browser: OutsideClient, person: Enrolled, now: MovedClock, sent: list[list[tuple[str, str]]]
) -> None:
    later = now.advance(301)
    typed = {
        "reason": 'Kata "dia" & <script>alert(1)</script> {{7*7}}\r\nbaris dua é 🂡',
        "code": "not the second factor",
        "passkey": "nor this",
        "choice": ["a", "b", "a"],
        "empty": "",
    }
    asked = browser.post(f"{DANGEROUS}?x=1", data={"csrf_token": browser.csrf_token(), **typed})
    assert asked.status_code == 403
    assert "Isian Anda tidak hilang" in asked.text
    assert "<script>alert" not in asked.text
    assert sent == []
    done = answer(browser, asked.text, person.code(later))
    assert (done.status_code, done.text) == (200, "done")
    (came,) = sent
    assert [pair for pair in came if pair[0] in typed] == [
        ("reason", typed["reason"]), ("code", typed["code"]), ("passkey", typed["passkey"]),
        ("choice", "a"), ("choice", "b"), ("choice", "a"), ("empty", ""),
    ]  # fmt: skip
    assert came[0] == ("?", "x=1")


def test_a_wrong_code_keeps_what_was_typed(
    browser: OutsideClient, person: Enrolled, now: MovedClock, sent: list[object]
) -> None:
    later = now.advance(301)
    asked = browser.submit(DANGEROUS, reason="sebuah alasan")
    wrong = answer(browser, asked.text, "000000")
    assert wrong.status_code == 422
    assert ("reason", "sebuah alasan") in hidden(wrong.text)
    assert answer(browser, wrong.text, "").status_code == 422
    assert sent == []
    assert answer(browser, wrong.text, person.code(later)).text == "done"
    assert len(trail("step_up.refused")) == 1


def test_guesses_wait(browser: OutsideClient, person: Enrolled, now: MovedClock, sent: list[object]) -> None:
    later = now.advance(301)
    asked = browser.submit(DANGEROUS, reason="sebuah alasan")
    answers = [answer(browser, asked.text, "000000").status_code for _ in range(5)]
    assert answers == [422, 422, 422, 429, 429]
    assert answer(browser, asked.text, person.code(later)).status_code == 429
    assert sent == []


def test_the_cookie_is_a_new_one_and_the_session_the_same(
    browser: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    before, row = browser.get_cookie("tesa_session"), db.session.query(StaffSession).one()
    later = now.advance(301)
    browser.submit("/sign-in/again", again_code=person.code(later))
    after = browser.get_cookie("tesa_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    db.session.expire_all()
    assert [r.id for r in db.session.query(StaffSession)] == [row.id]
    browser.set_cookie("tesa_session", before.value)
    assert not is_in(browser)


def test_a_recovery_code_will_do(browser: OutsideClient, now: MovedClock) -> None:
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", browser.submit("/profil/kode-pemulihan").text)
    now.advance(301)
    asked = browser.submit(DANGEROUS, reason="x")
    assert answer(browser, asked.text, codes[0]).text == "done"


def test_a_code_that_let_her_in_does_not_count_again(app: Flask, person: Enrolled, sent: list[object]) -> None:
    client = app.test_client()
    sign_in(client, person, NOW)
    assert client.submit("/sign-in/again", again_code=person.code(NOW)).status_code == 422


# -- nobody is made to send what she has not sent
def test_a_carried_form_goes_where_it_was_going_and_nowhere_else(
    browser: OutsideClient, person: Enrolled, now: MovedClock, sent: list[object]
) -> None:
    later = now.advance(301)
    for forged in ("/profil/kode-pemulihan", "//evil.example", "x.y.z", '["a","/b"]'):
        response = browser.submit("/sign-in/again", again_to=forged, again_code=person.code(later))
        assert (response.status_code, response.headers["Location"]) == (303, "/")
        later = now.advance(30)
    assert sent == []


def test_a_form_carried_in_another_session_is_not_sent(
    app: Flask, browser: OutsideClient, person: Enrolled, now: MovedClock, sent: list[object]
) -> None:
    stranger = make_enrolled()
    theirs = signed_in(app.test_client(), stranger.member)
    later = now.advance(301)
    signed = dict(hidden(theirs.submit(DANGEROUS, reason="x").text))["again_to"]
    response = browser.submit("/sign-in/again", again_to=signed, again_code=person.code(later))
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert sent == []


@pytest.mark.parametrize("wish", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_next_leads_to_a_page_of_this_site_only(browser: OutsideClient, person: Enrolled, wish: str) -> None:
    response = browser.post(
        "/sign-in/again",
        query_string={"next": wish},
        data={"csrf_token": browser.csrf_token(), "again_code": person.code(NOW)},
    )
    assert response.headers["Location"] == "/"


def test_without_a_token_nothing_happens(browser: OutsideClient, person: Enrolled) -> None:
    assert browser.post("/sign-in/again", data={"again_code": person.code(NOW)}).status_code == 403


def test_a_stranger_is_led_to_the_sign_in(client: OutsideClient, sent: object) -> None:
    assert "/sign-in?" in client.get("/sign-in/again?next=/x").headers["Location"]
    assert client.submit(DANGEROUS).headers["Location"] == "/sign-in"


# -- requests that are no plain form
def test_htmx_leaves_the_page_and_comes_back_to_it(browser: OutsideClient, now: MovedClock, sent: list[object]) -> None:
    now.advance(301)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1:5000/kasus?x=1"}
    response = browser.submit(DANGEROUS, headers, reason="x")
    assert response.headers["HX-Redirect"] == "/sign-in/again?next=/kasus?x%3D1"
    assert sent == []


def test_files_are_not_carried_and_she_is_told(browser: OutsideClient, now: MovedClock, sent: list[object]) -> None:
    now.advance(301)
    data = {"csrf_token": browser.csrf_token(), "reason": "x", "file": (io.BytesIO(b"a,b"), "rota.csv")}
    response = browser.post(DANGEROUS, data=data)
    assert response.status_code == 303
    assert "Pilih lagi berkasnya" in browser.get(response.headers["Location"]).text
    assert sent == []


def test_a_script_without_a_form_gets_a_plain_refusal(
    browser: OutsideClient, now: MovedClock, sent: list[object]
) -> None:
    now.advance(301)
    headers = {"X-CSRFToken": browser.csrf_token(), "Accept": "application/json"}
    response = browser.post(DANGEROUS, headers=headers)
    assert response.status_code == 403
    assert "error" in (response.json or {})
    assert sent == []


def test_very_many_fields_are_not_carried(browser: OutsideClient, now: MovedClock, sent: list[object]) -> None:
    now.advance(301)
    fields = {f"f{n}": "x" for n in range(600)}
    assert browser.submit(DANGEROUS, **fields).status_code == 303


def test_others_may_ask_how_fresh_she_is(app: Flask, person: Enrolled) -> None:
    name, token = session_cookie(person.member)
    with app.test_request_context(headers={"Cookie": f"{name}={token}"}):
        who = sessions.load_principal(request)
        assert who is not None
        assert who.fresh_until is not None
        assert sessions.is_fresh(who, NOW)
        assert not sessions.is_fresh(who, who.fresh_until)
