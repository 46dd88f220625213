"""Passkeys: made in the profile, shown at sign-in, step-up and unlocking; and every ceremony that goes wrong."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from config import Settings
from tesa.accounts import passkeys
from tesa.accounts.models import Notice, Passkey, PasskeyChallenge
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, OTHER_PASSWORD, Enrolled, enter_password, is_in, make_enrolled, trail
from tests.support.authenticator import PRESENT, Authenticator, to_text
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import signed_in
from tests.support.settings import make_settings


@pytest.fixture
def settings(database_url: str, key_file: Path) -> Settings:
    """Passkeys are bound to a name: an installation at localhost."""
    return make_settings(database_url, key_file, public_url="http://localhost:5000")


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled()


@pytest.fixture
def browser(app: Flask, person: Enrolled) -> OutsideClient:
    return signed_in(app.test_client(), person.member)


def challenge(client: OutsideClient, purpose: str) -> TestResponse:
    return client.post(f"/sign-in/challenge/{purpose}", headers={"X-CSRFToken": client.csrf_token()})


def options(client: OutsideClient, purpose: str) -> dict[str, Any]:
    response = challenge(client, purpose)
    assert response.status_code == 200
    made: dict[str, Any] = response.json
    return made


def register(browser: OutsideClient, authenticator: Authenticator, name: str = "ponsel", **changes: Any) -> int:
    answer = authenticator.register(options(browser, "register"), **changes)
    return browser.submit("/profil/kunci-sandi", name=name, passkey=answer).status_code


@pytest.fixture
def authenticator(browser: OutsideClient) -> Authenticator:
    """An authenticator that `person` has registered."""
    made = Authenticator()
    assert register(browser, made) == 303
    return made


def sign_in_with(client: OutsideClient, email: str, authenticator: Authenticator, **changes: Any) -> int:
    enter_password(client, email)
    answer = authenticator.show(options(client, "sign_in"), **changes)
    return client.submit("/sign-in/code", passkey=answer).status_code


def test_made_in_the_profile_and_used_at_sign_in(
    browser: OutsideClient, client: OutsideClient, person: Enrolled, authenticator: Authenticator
) -> None:
    page = browser.get("/profil").text
    assert "ponsel" in page
    assert "belum pernah dipakai" in page
    assert sign_in_with(client, person.email, authenticator) == 303
    assert is_in(client)
    assert "terakhir dipakai" in browser.get("/profil").text
    assert [entry.act for entry in trail("passkey.add", "passkey.cloned")] == ["passkey.add"]
    assert '"factor":"passkey"' in trail("sign_in")[-1].details


def test_several_and_each_can_be_removed(
    browser: OutsideClient, client: OutsideClient, person: Enrolled, authenticator: Authenticator
) -> None:
    second = Authenticator()
    assert register(browser, second, "kunci cadangan") == 303
    first_id = (
        db.session.query(Passkey)
        .order_by(Passkey.created_at)
        .filter_by(credential_id=authenticator.credential_id)
        .one()
        .id
    )
    assert browser.submit(f"/profil/kunci-sandi/{first_id}/hapus").status_code == 303
    assert sign_in_with(client, person.email, authenticator) == 422
    assert sign_in_with(client, person.email, second) == 303
    assert browser.submit(f"/profil/kunci-sandi/{first_id}/hapus").status_code == 404


def test_ten_are_enough(browser: OutsideClient) -> None:
    assert [register(browser, Authenticator()) for _ in range(11)] == [303] * 10 + [422]


def test_its_name_is_sealed(browser: OutsideClient) -> None:
    register(browser, Authenticator(), "ponsel merah muda")
    (row,) = db.session.query(Passkey).all()
    assert b"merah" not in row.name_sealed
    assert "ponsel merah muda" in browser.get("/profil").text


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x00b", "a\nb"])
def test_a_name_that_will_not_do(browser: OutsideClient, name: str) -> None:
    assert register(browser, Authenticator(), name) == 422
    assert db.session.query(Passkey).count() == 0


def test_a_new_one_ends_the_other_sessions(app: Flask, person: Enrolled, browser: OutsideClient) -> None:
    other = signed_in(app.test_client(), person.member)
    register(browser, Authenticator())
    assert is_in(browser)
    assert not is_in(other)


def test_it_needs_a_fresh_second_factor(browser: OutsideClient, now: MovedClock) -> None:
    now.advance(301)
    assert challenge(browser, "register").status_code == 404
    assert browser.get("/profil/kunci-sandi").headers["Location"].startswith("/sign-in/again")


def test_at_sign_in_nobody_is_told_who_has_one(app: Flask, person: Enrolled, authenticator: Authenticator) -> None:
    said = set()
    for email in (person.email, make_enrolled().email, "nobody@contoh.id"):
        client = app.test_client()
        enter_password(client, email)
        assert "Gunakan kunci sandi" in client.get("/sign-in/code").text
        made = options(client, "sign_in")
        said.add(json.dumps({**made, "challenge": len(made["challenge"])}, sort_keys=True))
    assert len(said) == 1
    assert json.loads(said.pop())["allowCredentials"] == []


# -- ceremonies that go wrong
WRONG = {
    "another origin": {"origin": "https://localhost.evil.example"},
    "another port": {"origin": "http://localhost:5001"},
    "https": {"origin": "https://localhost:5000"},
    "another challenge": {"challenge": to_text(bytes(32))},
    "no challenge": {"challenge": ""},
    "another site": {"rp_id": "evil.example"},
    "nobody present": {"flags": 0},
    "person not verified": {"flags": PRESENT},
    "another ceremony": {"kind": "webauthn.nonsense"},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_registration_refused(browser: OutsideClient, changes: dict[str, Any]) -> None:
    assert register(browser, Authenticator(), **changes) == 422
    assert db.session.query(Passkey).count() == 0
    assert len(trail("passkey.refused")) == 1


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_sign_in_refused(
    client: OutsideClient, person: Enrolled, authenticator: Authenticator, changes: dict[str, Any]
) -> None:
    assert sign_in_with(client, person.email, authenticator, **changes) == 422
    assert not is_in(client)


def test_an_answer_counts_once(
    client: OutsideClient, person: Enrolled, authenticator: Authenticator, app: Flask
) -> None:
    enter_password(client, person.email)
    answer = authenticator.show(options(client, "sign_in"))
    assert client.submit("/sign-in/code", passkey=answer).status_code == 303
    again = app.test_client()
    enter_password(again, person.email)
    assert again.submit("/sign-in/code", passkey=answer).status_code == 422
    options(again, "sign_in")
    assert again.submit("/sign-in/code", passkey=answer).status_code == 422


def test_a_challenge_is_used_up_by_a_failure_too(
    client: OutsideClient, person: Enrolled, authenticator: Authenticator
) -> None:
    enter_password(client, person.email)
    made = options(client, "sign_in")
    assert client.submit("/sign-in/code", passkey="nonsense").status_code == 422
    assert client.submit("/sign-in/code", passkey=authenticator.show(made)).status_code == 422


def test_a_challenge_of_registration_is_used_up_by_a_failure_too(browser: OutsideClient) -> None:
    made = options(browser, "register")
    assert browser.submit("/profil/kunci-sandi", name="x", passkey="{}").status_code == 422
    answer = Authenticator().register(made)
    assert browser.submit("/profil/kunci-sandi", name="x", passkey=answer).status_code == 422


def test_five_minutes_for_a_challenge(browser: OutsideClient, authenticator: Authenticator, now: MovedClock) -> None:
    made = options(browser, "step_up")
    now.advance(300)
    assert browser.submit("/sign-in/again", again_passkey=authenticator.show(made)).status_code == 422


def test_somebody_elses_passkey(app: Flask, client: OutsideClient, authenticator: Authenticator) -> None:
    stranger = make_enrolled()
    assert sign_in_with(client, stranger.email, authenticator) == 422


def test_a_passkey_without_the_password(client: OutsideClient, person: Enrolled, authenticator: Authenticator) -> None:
    enter_password(client, person.email, OTHER_PASSWORD)
    answer = authenticator.show(options(client, "sign_in"))
    assert client.submit("/sign-in/code", passkey=answer).status_code == 422
    assert not is_in(client)


def test_a_challenge_serves_one_purpose(browser: OutsideClient, authenticator: Authenticator) -> None:
    made = {**options(browser, "register"), "rpId": "localhost"}
    assert browser.submit("/sign-in/again", again_passkey=authenticator.show(made)).status_code == 422
    made = options(browser, "step_up")
    browser.submit("/kunci")
    answer = authenticator.show(made)
    assert browser.submit("/kunci/buka", passkey=answer).status_code == 422


def test_a_challenge_serves_one_session(
    app: Flask, person: Enrolled, browser: OutsideClient, authenticator: Authenticator
) -> None:
    other = signed_in(app.test_client(), person.member)
    made = options(other, "step_up")
    assert browser.submit("/sign-in/again", again_passkey=authenticator.show(made)).status_code == 422


def test_the_same_authenticator_twice_or_for_two_people(
    app: Flask, browser: OutsideClient, authenticator: Authenticator
) -> None:
    assert register(browser, authenticator) == 422
    stranger = signed_in(app.test_client(), make_enrolled().member)
    assert register(stranger, authenticator) == 422


def test_a_copied_authenticator_is_refused_and_stands_in_the_trail(
    app: Flask, person: Enrolled, authenticator: Authenticator
) -> None:
    assert sign_in_with(app.test_client(), person.email, authenticator) == 303
    assert sign_in_with(app.test_client(), person.email, authenticator, counter=authenticator.counter) == 422
    assert sign_in_with(app.test_client(), person.email, authenticator, counter=0) == 422
    assert len(trail("passkey.cloned")) == 2
    assert db.session.query(Passkey).one().cloned_at == NOW
    assert [n.kind for n in db.session.query(Notice) if n.kind == "own.cloned"] == ["own.cloned"] * 2
    authenticator.counter += 1
    assert sign_in_with(app.test_client(), person.email, authenticator) == 303


def test_one_that_never_counts_works_again_and_again(app: Flask, person: Enrolled, browser: OutsideClient) -> None:
    quiet = Authenticator(counts=False)
    register(browser, quiet)
    assert [sign_in_with(app.test_client(), person.email, quiet) for _ in range(3)] == [303] * 3


def test_an_answer_sent_four_times_at_once_counts_once(
    app: Flask, person: Enrolled, browser: OutsideClient, authenticator: Authenticator
) -> None:
    holder = new_id()
    with transaction():
        made = passkeys.options_to_show(
            passkeys.challenge_for(holder, passkeys.STEP_UP, person.member.id, NOW), person.member.id
        )
    answer = authenticator.show(made)

    def show(_number: int) -> bool:
        with app.app_context(), transaction():
            return passkeys.is_shown(person.member.id, holder, passkeys.STEP_UP, answer, NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(show, range(4))) == [False, False, False, True]


def test_challenges_asked_for_at_once_do_not_meet(app: Flask, person: Enrolled) -> None:
    holder = new_id()

    def ask(_number: int) -> bytes:
        with app.app_context(), transaction():
            return passkeys.challenge_for(holder, passkeys.STEP_UP, person.member.id, NOW)

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(ask, range(8)))
    assert len(made) == 8
    assert db.session.query(PasskeyChallenge).one().challenge in made


GARBAGE = [
    "nonsense",
    "{}",
    "[]",
    "null",
    "1",
    '""',
    "{" * 15_000,
    "[" * 15_000,
    '{"id":"x","rawId":"x","type":"public-key","response":{}}',
    '{"id":1,"rawId":["x"],"type":{},"response":7}',
    '{"id":"é","rawId":"é","type":"public-key","response":{"clientDataJSON":"é","authenticatorData":"","signature":""}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"////","attestationObject":"////"}}',
    '{"rawId":"' + "A" * 16_000 + '"}',
    "\x00",
    '{"id":NaN}',
    "x" * 17_000,
]


@pytest.mark.parametrize("answer", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_refused_calmly_and_alike(
    browser: OutsideClient, client: OutsideClient, person: Enrolled, answer: str
) -> None:
    options(browser, "register")
    assert browser.submit("/profil/kunci-sandi", name="x", passkey=answer).status_code == 422
    options(browser, "step_up")
    assert browser.submit("/sign-in/again", again_passkey=answer).status_code == 422
    enter_password(client, person.email)
    options(client, "sign_in")
    assert client.submit("/sign-in/code", passkey=answer).status_code == 422
    assert not is_in(client)


def test_every_truncation_of_a_good_answer_is_refused(browser: OutsideClient, authenticator: Authenticator) -> None:
    for part in ("authenticatorData", "signature", "clientDataJSON"):
        for length in (0, 1, 36, 40):
            said = json.loads(authenticator.show(options(browser, "step_up")))
            said["response"][part] = said["response"][part][:length]
            assert browser.submit("/sign-in/again", again_passkey=json.dumps(said)).status_code == 422
    said = json.loads(Authenticator().register(options(browser, "register")))
    said["response"]["attestationObject"] = said["response"]["attestationObject"][:50]
    assert browser.submit("/profil/kunci-sandi", name="x", passkey=json.dumps(said)).status_code == 422


def test_a_huge_body(browser: OutsideClient) -> None:
    assert browser.submit("/profil/kunci-sandi", name="x", passkey="x" * 3_000_000).status_code == 413


@pytest.mark.parametrize("purpose", ["sign_in", "step_up", "unlock", "register", "nonsense", "../x", "é"])
def test_no_challenge_for_nobody(client: OutsideClient, app: Flask, purpose: str) -> None:
    assert challenge(client, purpose).status_code == 404


def test_a_challenge_needs_a_token(browser: OutsideClient) -> None:
    assert browser.post("/sign-in/challenge/step_up").status_code == 403


def test_a_foreign_passkey_is_not_there(app: Flask, browser: OutsideClient, authenticator: Authenticator) -> None:
    row = db.session.query(Passkey).one()
    stranger = signed_in(app.test_client(), make_enrolled().member)
    answer = stranger.submit(f"/profil/kunci-sandi/{row.id}/hapus")
    assert answer.status_code == 404
    assert answer.data == stranger.submit(f"/profil/kunci-sandi/{new_id()}/hapus").data
    assert db.session.query(Passkey).count() == 1


# -- where browsers would refuse them
@pytest.mark.parametrize(
    ("url", "party", "origin"),
    [
        ("http://localhost:5000", "localhost", "http://localhost:5000"),
        ("https://Tesa.Contoh.id", "tesa.contoh.id", "https://tesa.contoh.id"),
        ("https://tesa.contoh.id:443", "tesa.contoh.id", "https://tesa.contoh.id"),
        ("https://tesa.contoh.id:8443", "tesa.contoh.id", "https://tesa.contoh.id:8443"),
        ("http://127.0.0.1:5000", None, "http://127.0.0.1:5000"),
        ("https://203.0.113.7", None, "https://203.0.113.7"),
        ("https://[2001:db8::1]", None, "https://[2001:db8::1]"),
    ],
)
def test_the_site_that_passkeys_are_bound_to(
    app: Flask, key_file: Path, url: str, party: str | None, origin: str
) -> None:
    app.extensions["tesa_settings"] = make_settings("sqlite://", key_file, public_url=url)
    assert passkeys.relying_party() == party
    if party is not None:
        assert passkeys.origin() == origin


def test_at_an_ip_address_the_page_says_why_there_are_none(
    app: Flask, key_file: Path, browser: OutsideClient, client: OutsideClient, person: Enrolled
) -> None:
    app.extensions["tesa_settings"] = make_settings("sqlite://", key_file)
    page = browser.get("/profil").text
    assert "alamat IP" in page
    assert "Tambah kunci sandi" not in page
    assert "alamat IP" in browser.get("/profil/kunci-sandi").text
    assert challenge(browser, "register").status_code == 404
    enter_password(client, person.email)
    assert "Gunakan kunci sandi" not in client.get("/sign-in/code").text
