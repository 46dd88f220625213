"""The one-time link: a new member chooses her own password and second factor."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask

from tesa.accounts.actions.finish_enrolment import finish_enrolment, offer_enrolment, open_enrolment
from tesa.accounts.actions.set_secrets import prepared
from tesa.accounts.models import Account, Enrolment
from tesa.accounts.public import StaffMember
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
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
from tests.support.people import make_staff


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


def offer(person: StaffMember, at: datetime = NOW) -> str:
    with transaction():
        return offer_enrolment(person.id, None, at)


def seed_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    return found[1]


def enrol(client: OutsideClient, token: str, at: datetime = NOW, password: str = PASSWORD) -> tuple[int, str]:
    seed = seed_on(client.get(f"/enrol/{token}").text)
    return client.submit(f"/enrol/{token}", password=password, code=pyotp.TOTP(seed).at(at)).status_code, seed


def test_from_the_link_to_the_first_sign_in(client: OutsideClient, app: Flask, now: MovedClock) -> None:
    person = make_staff()
    status, seed = enrol(client, offer(person))
    assert status == 200
    later = now.advance(30)
    assert sign_in(client, Enrolled(person, seed), later).status_code == 303
    assert is_in(client)
    assert [e.object_id for e in trail("staff.enrolment", "staff.secrets")] == [person.id, person.id]


def test_the_code_that_proved_the_second_factor_is_used_up(client: OutsideClient, app: Flask) -> None:
    person = make_staff()
    _status, seed = enrol(client, offer(person))
    assert sign_in(client, Enrolled(person, seed), NOW).status_code == 422


def test_the_link_works_once(client: OutsideClient, app: Flask) -> None:
    token = offer(make_staff())
    enrol(client, token)
    assert client.get(f"/enrol/{token}").status_code == 404
    assert client.get(f"/enrol/{token}/qr.svg").status_code == 404
    assert client.submit(f"/enrol/{token}", password=OTHER_PASSWORD, code="000000").status_code == 404


@pytest.mark.parametrize("hours", [71.9, 72, 500])
def test_the_link_works_for_three_days(client: OutsideClient, app: Flask, now: MovedClock, hours: float) -> None:
    token = offer(make_staff())
    now.advance(hours * 3600)
    assert client.get(f"/enrol/{token}").status_code == (200 if hours < 72 else 404)


def test_a_newer_link_voids_the_older(client: OutsideClient, app: Flask) -> None:
    person = make_staff()
    old, new = offer(person), offer(person)
    assert client.get(f"/enrol/{old}").status_code == 404
    assert client.get(f"/enrol/{new}").status_code == 200


def test_a_link_of_somebody_made_inactive_is_void(client: OutsideClient, app: Flask) -> None:
    person = make_staff()
    token = offer(person)
    with transaction():
        db.session.get_one(Account, person.id).active = False
    assert client.get(f"/enrol/{token}").status_code == 404


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "..", "é" * 20, "x" * 3000])
def test_a_made_up_link_looks_like_any_page_that_is_not_there(client: OutsideClient, app: Flask, token: str) -> None:
    nowhere = client.get("/tidak-ada")
    response = client.get(f"/enrol/{token}")
    assert response.status_code == 404
    assert response.data == nowhere.data


def test_the_database_does_not_know_the_link(app: Flask) -> None:
    token = offer(make_staff())
    (row,) = db.session.query(Enrolment).all()
    assert token.encode() not in row.token_hash
    assert row.expires_at - row.created_at == timedelta(hours=72)


def test_the_picture_says_the_same_as_the_key_beside_it(client: OutsideClient, app: Flask) -> None:
    token = offer(make_staff())
    response = client.get(f"/enrol/{token}/qr.svg")
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.data.startswith(b"<?xml")
    assert b"style=" not in response.data
    assert client.get(f"/enrol/{token}/qr.svg").data == response.data


def test_a_wrong_code_keeps_the_link_and_the_old_secrets(client: OutsideClient, app: Flask, now: MovedClock) -> None:
    person = make_enrolled()
    token = offer(person.member)
    response = client.submit(f"/enrol/{token}", password=OTHER_PASSWORD, code=person.code(NOW))
    assert response.status_code == 422
    assert "Kode tidak cocok" in response.text
    assert OTHER_PASSWORD not in response.text
    assert client.get(f"/enrol/{token}").status_code == 200
    assert sign_in(client, person, NOW).status_code == 303


@pytest.mark.parametrize(
    ("password", "sentence"), [("pendek", "15 karakter"), ("katasandi123456", "ditebak"), ("x y" * 90, "256")]
)
def test_a_password_that_will_not_do(client: OutsideClient, app: Flask, password: str, sentence: str) -> None:
    token = offer(make_staff())
    seed = seed_on(client.get(f"/enrol/{token}").text)
    response = client.submit(f"/enrol/{token}", password=password, code=pyotp.TOTP(seed).at(NOW))
    assert response.status_code == 422
    assert sentence in response.text


def test_new_secrets_end_the_old_ones_and_every_session(client: OutsideClient, app: Flask, now: MovedClock) -> None:
    person, other = make_enrolled(), app.test_client()
    sign_in(client, person, NOW)
    later = now.advance(60)
    _status, seed = enrol(other, offer(person.member, later), later, OTHER_PASSWORD)
    assert not is_in(client)
    later = now.advance(30)
    assert not gets_in(client, person.email, PASSWORD, pyotp.TOTP(seed).at(later))
    assert gets_in(client, person.email, OTHER_PASSWORD, pyotp.TOTP(seed).at(later))


def test_of_two_who_use_one_link_at_the_same_moment_one_succeeds(app: Flask) -> None:
    token = offer(make_staff())
    _enrolment, account, seed = open_enrolment(token, NOW)
    password_hash = prepared(PASSWORD, account.email)
    db.session.rollback()

    def finish(_number: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    finish_enrolment(token, password_hash, pyotp.TOTP(seed).at(NOW), NOW)
            except NotFound:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(finish, range(4))).count(True) == 1
    assert len(trail("staff.secrets")) == 1
