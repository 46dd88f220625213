"""Password, code, session: over HTTP, as a browser does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tesa.accounts.actions.set_secrets import keep_password, prepared
from tesa.accounts.models import Account, SignInDelay, StaffSession
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.accounts.making import (
    NOW,
    OTHER_PASSWORD,
    PASSWORD,
    Enrolled,
    enter_password,
    gets_in,
    is_in,
    make_enrolled,
    sign_in,
    trail,
)
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff
from tests.support.settings import close_engines, make_settings

TOKENS = re.compile(rb'"[\w-]+\.[\w-]+\.[\w-]+"')  # signed anew in each answer
NewClient = Callable[[], OutsideClient]


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled()


def test_password_then_code_then_in(client: OutsideClient, person: Enrolled) -> None:
    assert not is_in(client)
    first = enter_password(client, person.email)
    assert (first.status_code, first.headers["Location"]) == (303, "/sign-in/code")
    assert not is_in(client)
    second = client.submit("/sign-in/code", code=person.code(NOW))
    assert (second.status_code, second.headers["Location"]) == (303, "/")
    assert is_in(client)
    assert [(entry.actor_id, entry.object_id) for entry in trail("sign_in")] == [(person.member.id, person.member.id)]


def test_the_address_may_be_written_in_any_case(client: OutsideClient, person: Enrolled) -> None:
    assert enter_password(client, f" {person.email.upper()} ").status_code == 303


def without_tokens(response: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Status, bytes and headers; what is signed anew each time is shown by its length."""
    headers = [(k, re.sub(r"=[^;]+", lambda m: "=" + "x" * len(m[0]), v, count=1)) for k, v in response.headers]
    return response.status_code, TOKENS.sub(b"", response.data), headers


def test_right_unknown_wrong_disabled_and_not_enrolled_get_the_same_bytes(
    new_client: NewClient, person: Enrolled
) -> None:
    """At the first step nobody learns anything; at the second all are refused with the same sentence."""
    disabled = make_enrolled(active=False)
    tries = (
        (person.email, PASSWORD, "000000"),
        (person.email, OTHER_PASSWORD, person.code(NOW)),
        (disabled.email, PASSWORD, disabled.code(NOW)),
        (make_staff().email, PASSWORD, "000000"),
        ("nobody@contoh.id", PASSWORD, "000000"),
        ("nul\x00@contoh.id", PASSWORD, "000000"),
        ("'; DROP TABLE account; --", PASSWORD, "0000-0000-0000-0000"),
    )
    answers: list[set[object]] = [set(), set(), set()]
    for network, (email, password, code) in enumerate(tries):
        client = new_client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.{network}.7"
        steps = (
            enter_password(client, email, password),
            client.get("/sign-in/code"),
            client.submit("/sign-in/code", code=code),
        )
        for seen, step in zip(answers, steps, strict=True):
            seen.add(repr(without_tokens(step)))
        assert [step.status_code for step in steps] == [303, 200, 422]
    assert [len(seen) for seen in answers] == [1, 1, 1]


def test_delays_tell_nothing_about_the_password_either(new_client: NewClient, person: Enrolled) -> None:
    def course(network: int, email: str, password: str) -> list[int]:
        client = new_client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.{network}.7"
        answers = []
        for _ in range(5):
            answers.append(enter_password(client, email, password).status_code)
            answers.append(client.submit("/sign-in/code", code="000000").status_code)
        return answers

    right = course(1, person.email, PASSWORD)
    assert right == course(2, person.email, OTHER_PASSWORD) == course(3, "nobody@contoh.id", PASSWORD)
    assert 429 in right
    # The account's own counter, which only a right password moves, refuses in silence.
    assert course(4, person.email, PASSWORD) == right


def test_the_password_is_never_sent_back(client: OutsideClient, person: Enrolled) -> None:
    client.submit("/sign-in", email="", password=OTHER_PASSWORD)
    for _ in range(4):
        answer = enter_password(client, person.email, OTHER_PASSWORD)
    assert answer.status_code == 429
    assert OTHER_PASSWORD not in answer.text
    assert OTHER_PASSWORD not in client.submit("/sign-in", email="", password=OTHER_PASSWORD).text


def test_what_was_typed_is_kept_nowhere(client: OutsideClient, app: Flask) -> None:
    enter_password(client, "a password in the wrong field", "some other long words")
    (delay,) = db.session.query(SignInDelay).all()
    (entry,) = trail("sign_in.refused")
    assert (entry.actor_id, entry.details) == (None, '{"step":"password"}')
    assert b"password" not in delay.key


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-out"])
def test_without_a_token_nothing_happens(client: OutsideClient, person: Enrolled, path: str) -> None:
    client.get("/sign-in")
    assert client.post(path, data={"email": person.email, "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    "form", [{}, {"email": "a@contoh.id"}, {"password": PASSWORD}, {"email": "x" * 300, "password": "y"}]
)
def test_a_form_that_lacks_something_is_shown_again(client: OutsideClient, app: Flask, form: dict[str, str]) -> None:
    assert client.submit("/sign-in", **form).status_code == 422


def test_the_code_page_opens_for_nobody_without_the_password(client: OutsideClient, person: Enrolled) -> None:
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in"
    response = client.submit("/sign-in/code", code=person.code(NOW))
    assert response.headers["Location"] == "/sign-in"
    assert not is_in(client)


@pytest.mark.parametrize("code", ["000000", "", "abc", "١٢٣٤٥٦", "1" * 21])
def test_a_wrong_code_does_not_let_in(client: OutsideClient, person: Enrolled, code: str) -> None:
    enter_password(client, person.email)
    assert client.submit("/sign-in/code", code=code).status_code == 422
    assert not is_in(client)


def test_another_persons_code_does_not_let_in(client: OutsideClient, person: Enrolled) -> None:
    enter_password(client, person.email)
    assert client.submit("/sign-in/code", code=make_enrolled().code(NOW)).status_code == 422
    assert [entry.details for entry in trail("sign_in.refused")] == ['{"step":"code"}']


def test_a_code_counts_once_and_none_before_it_any_more(
    new_client: NewClient, person: Enrolled, now: MovedClock
) -> None:
    """A, B, A is refused, although A is still within its time."""
    assert is_in_after(new_client(), person, person.code(NOW))
    assert not is_in_after(new_client(), person, person.code(NOW))
    later = now.advance(30)
    assert is_in_after(new_client(), person, person.code(later))
    now.advance(5)
    assert not is_in_after(new_client(), person, person.code(NOW))


def is_in_after(client: OutsideClient, person: Enrolled, code: str) -> bool:
    assert enter_password(client, person.email).status_code == 303
    client.submit("/sign-in/code", code=code)
    return is_in(client)


def test_five_minutes_for_the_code(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    enter_password(client, person.email)
    later = now.advance(301)
    assert client.submit("/sign-in/code", code=person.code(later)).headers["Location"] == "/sign-in"
    assert not is_in(client)


def test_a_password_changed_between_the_steps_stops_the_sign_in(
    client: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    enter_password(client, person.email)
    later = now.advance(1)
    with transaction():
        keep_password(person.member.id, prepared(OTHER_PASSWORD, person.email), later)
    assert client.submit("/sign-in/code", code=person.code(later)).status_code == 422
    assert not is_in(client)


def test_somebody_made_inactive_between_the_steps_is_not_let_in(client: OutsideClient, person: Enrolled) -> None:
    enter_password(client, person.email)
    with transaction():
        db.session.get_one(Account, person.member.id).active = False
    assert client.submit("/sign-in/code", code=person.code(NOW)).status_code == 422


def test_failures_make_the_next_try_wait_and_never_lock_out(
    client: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    for _ in range(3):
        assert enter_password(client, person.email, OTHER_PASSWORD).status_code == 303
    response = enter_password(client, person.email)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "3"
    assert "Tunggu 3 detik" in response.text
    later = now.advance(3)
    assert sign_in(client, person, later).status_code == 303


def test_wrong_codes_wait_too_and_the_way_back_over_the_password_does_not_help(
    client: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    guessed = 0
    for _ in range(100):
        if enter_password(client, person.email).status_code == 303:
            guessed += client.submit("/sign-in/code", code="000000").status_code == 422
    assert guessed == 3
    now.advance(60)
    assert enter_password(client, person.email).status_code == 303


def test_codes_are_counted_for_the_account_wherever_they_come_from(
    new_client: NewClient, person: Enrolled, now: MovedClock
) -> None:
    """In silence: a wait that only a right password brings would say that it is right."""
    for network in range(3):
        assert not gets_in(from_network(new_client(), network), person.email, PASSWORD, "000000")
    assert not gets_in(from_network(new_client(), 7), person.email, PASSWORD, person.code(NOW))
    later = now.advance(30)
    assert gets_in(from_network(new_client(), 8), person.email, PASSWORD, person.code(later))


def from_network(client: OutsideClient, network: int) -> OutsideClient:
    client.environ_base["REMOTE_ADDR"] = f"198.51.{network}.7"
    return client


def test_codes_without_the_password_keep_nobody_out(new_client: NewClient, person: Enrolled) -> None:
    stranger = from_network(new_client(), 1)
    for _ in range(10):
        enter_password(stranger, person.email, OTHER_PASSWORD)
        stranger.submit("/sign-in/code", code="000000")
    assert gets_in(from_network(new_client(), 2), person.email, PASSWORD, person.code(NOW))


def test_somebody_elses_network_does_not_keep_her_out(new_client: NewClient, person: Enrolled) -> None:
    stranger, hers = new_client(), new_client()
    stranger.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    for _ in range(10):
        enter_password(stranger, person.email, OTHER_PASSWORD)
    hers.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    assert sign_in(hers, person, NOW).status_code == 303


@pytest.mark.parametrize(
    ("wish", "goes_to"),
    [
        ("/kotak?tab=saya", "/kotak?tab=saya"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("kotak", "/"),
    ],
)
def test_next_leads_to_a_page_of_this_site_only(
    client: OutsideClient, person: Enrolled, wish: str, goes_to: str
) -> None:
    client.post("/sign-in", query_string={"next": wish}, data=fields(client, email=person.email, password=PASSWORD))
    response = client.post("/sign-in/code", query_string={"next": wish}, data=fields(client, code=person.code(NOW)))
    assert response.headers["Location"] == goes_to


def fields(client: OutsideClient, **values: str) -> dict[str, str]:
    return {"csrf_token": client.csrf_token(), **values}


def test_the_page_one_wanted_opens_after_the_sign_in(client: OutsideClient, person: Enrolled) -> None:
    led = client.get("/profil?lang=en").headers["Location"]
    first = client.post(led, data=fields(client, email=person.email, password=PASSWORD))
    second = client.post(first.headers["Location"], data=fields(client, code=person.code(NOW)))
    assert second.headers["Location"] == "/profil?lang=en"


# -- sessions
def test_the_cookie_holds_a_token_that_the_database_does_not_know(client: OutsideClient, person: Enrolled) -> None:
    cookie = session_cookie(sign_in(client, person, NOW).headers.getlist("Set-Cookie"), "tesa_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    token = cookie.split("=")[1].split(";")[0]
    assert len(token) >= 43
    (row,) = db.session.query(StaffSession).all()
    assert token.encode() not in row.token_hash
    assert token not in repr(row.__dict__)


def session_cookie(cookies: list[str], begins: str) -> str:
    (found,) = [cookie for cookie in cookies if cookie.startswith(begins)]
    return found


def test_over_tls_the_cookies_are_bound_to_the_host(database_url: str, key_file: Path, gateway: FakeGateway) -> None:
    from tesa.app import create_app

    app = create_app(make_settings(database_url, key_file, public_url="https://tesa.contoh.id"), gateway=gateway)
    app.test_client_class = OutsideClient
    with app.app_context():
        client, person = app.test_client(), make_enrolled()
        address = {"base_url": "https://tesa.contoh.id"}
        page = client.get("/sign-in", **address)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token is not None
        form = {"csrf_token": token[1], "email": person.email, "password": PASSWORD}
        referrer = {"Referer": "https://tesa.contoh.id/sign-in"}
        assert client.post("/sign-in", data=form, headers=referrer, **address).status_code == 303
        page = client.get("/sign-in/code", **address)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token is not None
        form = {"csrf_token": token[1], "code": person.code(NOW)}
        response = client.post("/sign-in/code", data=form, headers=referrer, **address)
    cookie = session_cookie(response.headers.getlist("Set-Cookie"), "__Host-tesa=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    close_engines(app)


def test_fifteen_minutes_without_an_act_end_it(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    sign_in(client, person, NOW)
    now.advance(14 * 60)
    assert is_in(client)
    now.advance(14 * 60)
    assert is_in(client)
    now.advance(15 * 60)
    assert not is_in(client)


def test_what_the_page_asks_by_itself_keeps_nobody_in(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    sign_in(client, person, NOW)
    for _ in range(29):
        now.advance(30)
        client.get("/profil", headers={"HX-Request": "true", "HX-Poll": "true"})
    now.advance(31)
    assert not is_in(client)


def test_twelve_hours_end_it_whatever_she_does(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    sign_in(client, person, NOW)
    for _ in range(12 * 6 - 1):
        now.advance(600)
        assert is_in(client)
    now.advance(600)
    assert not is_in(client)


def test_somebody_made_inactive_is_out_at_once(client: OutsideClient, person: Enrolled) -> None:
    sign_in(client, person, NOW)
    with transaction():
        db.session.get_one(Account, person.member.id).active = False
    assert not is_in(client)


@pytest.mark.parametrize("token", ["", "x", "x" * 4000, "é", "../../etc/passwd", "null"])
def test_a_made_up_token_opens_nothing(client: OutsideClient, app: Flask, token: str) -> None:
    client.set_cookie("tesa_session", token)
    assert client.get("/profil").status_code == 303


def test_each_sign_in_makes_a_new_session_and_ends_the_one_before(
    client: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    sign_in(client, person, NOW)
    before = client.get_cookie("tesa_session")
    later = now.advance(60)
    sign_in(client, person, later)
    after = client.get_cookie("tesa_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    client.set_cookie("tesa_session", before.value)
    assert not is_in(client)


def test_a_session_planted_before_the_sign_in_is_not_the_one_after_it(client: OutsideClient, person: Enrolled) -> None:
    client.set_cookie("tesa_session", "planted-by-somebody-else")
    sign_in(client, person, NOW)
    cookie = client.get_cookie("tesa_session")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody-else"


def test_sign_out_ends_the_session_not_only_the_cookie(client: OutsideClient, person: Enrolled) -> None:
    sign_in(client, person, NOW)
    kept = client.get_cookie("tesa_session")
    assert kept is not None
    response = client.submit("/sign-out")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie("tesa_session") is None
    client.set_cookie("tesa_session", kept.value)
    assert not is_in(client)
    assert len(trail("sign_out")) == 1


def test_signing_out_twice_is_no_error(client: OutsideClient, app: Flask) -> None:
    assert client.submit("/sign-out").status_code == 303


def test_the_signed_in_are_led_on(client: OutsideClient, person: Enrolled) -> None:
    sign_in(client, person, NOW)
    assert client.get("/sign-in?next=/profil").headers["Location"] == "/profil"


def test_a_fragment_leads_the_whole_page_to_the_sign_in(client: OutsideClient, app: Flask) -> None:
    response = client.get("/profil", headers={"HX-Request": "true"})
    assert "/sign-in" in response.headers["HX-Redirect"]
    assert not response.data


def test_the_device_is_named_by_known_words_only(client: OutsideClient, person: Enrolled) -> None:
    enter_password(client, person.email)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) <b>Firefox</b>/145.0 nomor 0812"
    client.submit("/sign-in/code", {"User-Agent": agent}, code=person.code(NOW))
    (row,) = db.session.query(StaffSession).all()
    assert row.device == "Firefox, Linux"
    assert row.ends_at - row.started_at == timedelta(hours=12)
