"""Recovery codes: shown once, used once, void when newer ones are made."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tesa.accounts import recovery
from tesa.accounts.actions.finish_enrolment import offer_enrolment
from tesa.accounts.actions.set_secrets import set_secrets
from tesa.accounts.models import Notice, RecoveryCode
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, OTHER_PASSWORD, PASSWORD, Enrolled, gets_in, is_in, make_enrolled, trail
from tests.accounts.test_finish_enrolment import seed_on
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

CODE = re.compile(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>")


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled()


@pytest.fixture
def browser(app: Flask, person: Enrolled) -> OutsideClient:
    return signed_in(app.test_client(), person.member)


def renew(browser: OutsideClient) -> list[str]:
    response = browser.submit("/profil/kode-pemulihan")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return CODE.findall(response.text)


def test_ten_are_shown_once_at_enrolment(app: Flask, client: OutsideClient) -> None:
    person = make_staff()
    with transaction():
        token = offer_enrolment(person.id, None, NOW)
    seed = seed_on(client.get(f"/enrol/{token}").text)
    enrolled = Enrolled(person, seed)
    codes = CODE.findall(client.submit(f"/enrol/{token}", password=PASSWORD, code=enrolled.code(NOW)).text)
    assert len(set(codes)) == 10
    assert client.get(f"/enrol/{token}").status_code == 404
    assert gets_in(client, person.email, PASSWORD, codes[3])
    assert not any(code in client.get("/profil").text for code in codes)


def test_each_opens_once(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    codes = renew(browser)
    for code in codes[:3]:
        assert gets_in(app.test_client(), person.email, PASSWORD, code)
        assert not gets_in(app.test_client(), person.email, PASSWORD, code)
    assert '"factor":"recovery"' in trail("sign_in")[-1].details
    assert [entry.details for entry in trail("recovery_code.used")] == ['{"left":9}', '{"left":8}', '{"left":7}']
    assert "Tersisa 7 kode" in browser.get("/profil").text
    assert [n.kind for n in db.session.query(Notice) if n.kind == "own.recovery_code"] == ["own.recovery_code"] * 3


@pytest.mark.parametrize(
    "way", [str.lower, lambda c: c.replace("-", ""), lambda c: c.replace("-", " "), lambda c: f" {c} "]
)
def test_however_it_is_written(browser: OutsideClient, client: OutsideClient, person: Enrolled, way: object) -> None:
    assert callable(way)
    assert gets_in(client, person.email, PASSWORD, way(renew(browser)[0]))


def test_letters_that_look_alike_are_read_alike() -> None:
    assert recovery.read_code("oil1-OIL1-0000-ABCD") == "01110111" + "0000ABCD"


@pytest.mark.parametrize(
    "typed", ["", "123456", "U" * 16, "0" * 15, "0" * 17, "0" * 4000, "０" * 16, "0000\x00000000000000", "🂡" * 16]
)
def test_what_cannot_be_one(typed: str) -> None:
    assert recovery.read_code(typed) is None


def test_newer_ones_void_the_older(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    old, new = renew(browser), renew(browser)
    assert not gets_in(app.test_client(), person.email, PASSWORD, old[0])
    assert gets_in(app.test_client(), person.email, PASSWORD, new[0])
    assert len(trail("recovery_code.renew")) == 2


def test_another_persons_code_opens_nothing(app: Flask, browser: OutsideClient, client: OutsideClient) -> None:
    code = renew(browser)[0]
    stranger = make_enrolled()
    assert not gets_in(client, stranger.email, PASSWORD, code)


def test_without_the_password_a_code_is_not_used_up(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    code = renew(browser)[0]
    assert not gets_in(app.test_client(), person.email, OTHER_PASSWORD, code)
    assert gets_in(app.test_client(), person.email, PASSWORD, code)


def test_the_database_knows_no_code(browser: OutsideClient) -> None:
    codes = renew(browser)
    rows = db.session.query(RecoveryCode).all()
    assert len({row.code_hash for row in rows}) == 10
    for code in codes:
        assert not any(code.replace("-", "").encode() in row.code_hash for row in rows)


def test_making_new_ones_needs_a_fresh_second_factor_and_ends_other_sessions(
    app: Flask, browser: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    other = signed_in(app.test_client(), person.member)
    renew(browser)
    assert not is_in(other)
    now.advance(301)
    response = browser.submit("/profil/kode-pemulihan")
    assert response.status_code == 403
    assert not CODE.findall(response.text)


def test_the_last_ones_are_counted_down_to_her(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    codes = renew(browser)
    for code in codes[:7]:
        last = app.test_client()
        assert gets_in(last, person.email, PASSWORD, code)
        page = last.get("/profil").text
        warned = "tinggal 3" in page
        assert warned == (code == codes[6])
    for code in codes[7:]:
        assert gets_in(app.test_client(), person.email, PASSWORD, code)
    assert "Tidak ada kode yang tersisa" in browser.get("/profil").text


def test_new_secrets_void_them(app: Flask, browser: OutsideClient, client: OutsideClient, person: Enrolled) -> None:
    code = renew(browser)[0]
    with transaction():
        set_secrets(person.member.id, PASSWORD, NOW)
    assert not gets_in(client, person.email, PASSWORD, code)


def test_used_eight_times_at_once_it_counts_once(app: Flask, browser: OutsideClient, person: Enrolled) -> None:
    code = recovery.read_code(renew(browser)[0])
    assert code is not None

    def use(_number: int) -> bool:
        with app.app_context(), transaction():
            return recovery.use_up(person.member.id, code, NOW)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(use, range(8))).count(True) == 1
