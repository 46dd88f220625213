"""How long a session lasts: by device, and by what its owner is doing; and what a device is known by."""

from __future__ import annotations

import pytest
from flask import Flask

from tesa.accounts.models import Notice, StaffSession
from tesa.accounts.queries import account_of
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tests.accounts.making import NOW, Enrolled, enter_password, is_in, make_enrolled, sign_in, trail
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def person(app: Flask) -> Enrolled:
    return make_enrolled()


def sign_in_shared(client: OutsideClient, person: Enrolled) -> list[str]:
    """A sign-in on a device that others use too; the cookies it sets."""
    client.submit("/sign-in", email=person.email, password="payung biru di atas meja kayu", shared="y")
    response = client.submit("/sign-in/code", code=person.code(NOW))
    assert response.status_code == 303
    return response.headers.getlist("Set-Cookie")


def test_thirty_minutes_in_a_call(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    sign_in(client, person, NOW)
    make_shift(person.member.id)
    contact_id = new_id()
    with transaction():
        assert mark_ringing(person.member.id, contact_id, NOW)
        mark_talking(person.member.id, contact_id, NOW)
    now.advance(29 * 60)
    assert is_in(client)
    now.advance(30 * 60)
    assert not is_in(client)


def test_a_call_of_somebody_else_keeps_nobody_in(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    sign_in(client, person, NOW)
    other = make_enrolled()
    make_shift(other.member.id)
    with transaction():
        assert mark_ringing(other.member.id, new_id(), NOW)
    now.advance(15 * 60)
    assert not is_in(client)


def test_five_minutes_on_a_shared_device(client: OutsideClient, person: Enrolled, now: MovedClock) -> None:
    sign_in_shared(client, person)
    now.advance(299)
    assert is_in(client)
    now.advance(300)
    assert not is_in(client)


def test_a_shared_device_keeps_nothing(client: OutsideClient, person: Enrolled) -> None:
    client.set_cookie("tesa_lang", "en")
    client.set_cookie("tesa_keys", "off")
    cookies = sign_in_shared(client, person)
    (session,) = [cookie for cookie in cookies if cookie.startswith("tesa_session=")]
    assert "Max-Age" not in session
    assert "Expires" not in session
    assert not any(cookie.startswith("tesa_device=") for cookie in cookies)
    assert client.get_cookie("tesa_lang") is None
    assert client.get_cookie("tesa_keys") is None
    response = client.submit("/lang/en", next="/profil")
    assert not any(cookie.startswith("tesa_lang") for cookie in response.headers.getlist("Set-Cookie"))
    page = client.get("/profil").text
    assert '<html lang="en"' in page
    assert "data-shared" in page
    client.submit("/theme/dark", next="/profil")
    assert 'data-theme="dark"' in client.get("/profil").text


def test_it_is_told_to_forget_everything_at_the_end(client: OutsideClient, person: Enrolled) -> None:
    sign_in_shared(client, person)
    assert client.submit("/sign-out").headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_an_own_device_keeps_its_cookie_for_the_twelve_hours(client: OutsideClient, person: Enrolled) -> None:
    cookies = sign_in(client, person, NOW).headers.getlist("Set-Cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("tesa_session=")]
    assert "Max-Age=43200" in session


def test_a_new_device_is_noticed_and_a_known_one_is_not(
    app: Flask, client: OutsideClient, person: Enrolled, now: MovedClock
) -> None:
    sign_in(client, person, NOW)
    client.submit("/sign-out")
    sign_in(client, person, now.advance(30))
    sign_in(app.test_client(), person, now.advance(30))
    new = ['"new_device":true' in entry.details for entry in trail("sign_in")]
    assert new == [True, False, True]
    # Her very first device is no news to her.
    assert "perangkat yang belum dikenal" in client.get("/pemberitahuan").text
    assert [n.kind for n in db.session.query(Notice)] == ["own.new_device"]


def test_a_device_known_for_one_person_is_new_for_another(client: OutsideClient, person: Enrolled) -> None:
    sign_in(client, person, NOW)
    sign_in(client, make_enrolled(), NOW)
    assert ['"new_device":true' in entry.details for entry in trail("sign_in")] == [True, True]


def test_the_database_does_not_know_the_device_cookie(client: OutsideClient, person: Enrolled) -> None:
    sign_in(client, person, NOW)
    cookie = client.get_cookie("tesa_device")
    assert cookie is not None
    row = db.session.query(StaffSession).one()
    assert row.device_hash is not None
    assert cookie.value.encode() not in row.device_hash


@pytest.mark.parametrize("planted", ["", "x", "x" * 3000, "é"])
def test_a_planted_device_cookie_opens_nothing_and_breaks_nothing(
    client: OutsideClient, person: Enrolled, planted: str
) -> None:
    client.set_cookie("tesa_device", planted)
    assert not is_in(client)
    assert sign_in(client, person, NOW).status_code == 303


def test_a_fragment_whose_session_ended_comes_back_to_its_page(app: Flask, client: OutsideClient) -> None:
    headers = {"HX-Request": "true", "HX-Poll": "true", "HX-Current-URL": "http://127.0.0.1:5000/profil?lang=en"}
    assert client.get("/kartu", headers=headers).headers["HX-Redirect"] == "/sign-in?next=/profil?lang%3Den"
    for odd in ("", "nonsense", "http://[", "//evil.example", "javascript:alert(1)"):
        target = client.get("/kartu", headers={**headers, "HX-Current-URL": odd}).headers["HX-Redirect"]
        assert target.startswith("/sign-in")


@pytest.mark.parametrize("email", ["ＰＳＩＫＯＬＯＧ", "psikolog"])
def test_full_width_letters_are_the_same_address(app: Flask, client: OutsideClient, email: str) -> None:
    make_staff(email="psikolog@contoh.id")
    assert enter_password(client, f"{email}@contoh.id").status_code == 303
    assert account_of(f"{email}@contoh.id") is not None
    assert account_of("рsikolog@contoh.id") is None  # a Cyrillic р
