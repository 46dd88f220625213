"""The staff page of administrators."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask

from tesa.accounts.models import Account
from tesa.accounts.public import StaffMember, by_email, member
from tesa.core.db import db
from tests.accounts.making import is_in, make_enrolled, trail
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

FORM = {
    "name": "Psikolog Dua", "email": "dua@contoh.id", "phone": "0812-0000-0017", "roles": ["psychologist", "coordinator"],
    "gender": "P", "languages": "id; SU", "kecamatan": "32.75.01", "active": "y",
}  # fmt: skip
ODD_NAME = "<script>alert(1)</script> {{7*7}} '; DROP TABLE account; --"
LINK = re.compile(r"http://127\.0\.0\.1:5000(/enrol/[\w-]{43})<")


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def administrator(app: Flask) -> StaffMember:
    return make_staff("administrator")


@pytest.fixture
def browser(app: Flask, administrator: StaffMember) -> OutsideClient:
    return signed_in(app.test_client(), administrator)


def test_the_list_shows_everybody_and_who_has_not_enrolled(browser: OutsideClient) -> None:
    make_enrolled()
    make_staff("outreach")
    make_staff("coordinator", active=False)
    page = browser.get("/staf").text
    for word in ("terdaftar", "belum mendaftar", "tidak aktif", "Petugas penjangkauan", "Koordinator"):
        assert word in page


def test_a_new_person_gets_a_link_that_is_shown_once(browser: OutsideClient, client: OutsideClient) -> None:
    response = browser.submit("/staf/baru", **FORM)
    assert response.status_code == 200
    found = LINK.search(response.text)
    assert found is not None
    person = by_email("dua@contoh.id")
    assert person is not None
    assert (person.name, person.phone, person.languages) == ("Psikolog Dua", "+6281200000017", {"id", "su"})
    assert person.roles == {"psychologist", "coordinator"}
    assert client.get(found[1]).status_code == 200
    assert not LINK.search(browser.get("/staf").text)


def test_an_address_that_is_taken_does_not_change_its_owner(browser: OutsideClient) -> None:
    taken = make_staff()
    response = browser.submit("/staf/baru", **{**FORM, "email": taken.email.upper()})
    assert response.status_code == 422
    assert "sudah dipakai" in response.text
    assert member(taken.id) == taken


@pytest.mark.parametrize(
    "change",
    [
        {"email": "x"},
        {"name": ""},
        {"phone": "12"},
        {"roles": []},
        {"roles": ["root"]},
        {"gender": "X"},
        {"languages": "?"},
    ],
)
def test_what_cannot_be_right_is_shown_again_with_the_reason(browser: OutsideClient, change: dict[str, object]) -> None:
    response = browser.submit("/staf/baru", **{**FORM, **change})
    assert response.status_code == 422
    assert 'role="alert"' in response.text or "field-error" in response.text
    assert by_email("dua@contoh.id") is None


def test_changing_somebody(browser: OutsideClient, administrator: StaffMember) -> None:
    person = make_staff("psychologist")
    page = browser.get(f"/staf/{person.id}").text
    assert person.name in page
    assert person.phone is not None
    assert person.phone in page
    form = {**FORM, "roles": "outreach", "email": "smuggled@contoh.id"}
    assert browser.submit(f"/staf/{person.id}", **form).status_code == 303
    changed = member(person.id)
    assert changed is not None
    assert (changed.name, changed.roles, changed.email) == ("Psikolog Dua", {"outreach"}, person.email)
    assert [(e.actor_id, e.object_id) for e in trail("staff.change")] == [(administrator.id, person.id)]


def test_fields_that_the_form_does_not_have_are_ignored(browser: OutsideClient) -> None:
    person = make_staff()
    browser.submit(
        f"/staf/{person.id}", **FORM, id=str(uuid.uuid4()), password_hash="x", totp_last_step="9", theme="dark"
    )
    account = db.session.get_one(Account, person.id)
    assert (account.password_hash, account.totp_last_step, account.theme) == (None, None, "auto")


def test_somebody_made_inactive_is_out_at_once(app: Flask, browser: OutsideClient) -> None:
    person = make_staff()
    theirs = signed_in(app.test_client(), person)
    form = {key: value for key, value in FORM.items() if key != "active"}
    assert browser.submit(f"/staf/{person.id}", **form).status_code == 303
    assert not is_in(theirs)


def test_an_administrator_cannot_make_herself_a_psychologist(
    browser: OutsideClient, administrator: StaffMember
) -> None:
    response = browser.submit(f"/staf/{administrator.id}", **{**FORM, "roles": ["administrator", "psychologist"]})
    assert response.status_code == 422
    assert "diri sendiri" in response.text
    assert member(administrator.id) == administrator


def test_the_last_administrator_cannot_leave(browser: OutsideClient, administrator: StaffMember) -> None:
    assert browser.submit(f"/staf/{administrator.id}", **{**FORM, "roles": "coordinator"}).status_code == 422
    assert is_in(browser)


def test_a_new_link_for_somebody(browser: OutsideClient, client: OutsideClient) -> None:
    person = make_enrolled()
    found = LINK.search(browser.submit(f"/staf/{person.member.id}/tautan").text)
    assert found is not None
    assert client.get(found[1]).status_code == 200


def test_signing_somebody_out_everywhere(app: Flask, browser: OutsideClient, administrator: StaffMember) -> None:
    person = make_staff()
    theirs = [signed_in(app.test_client(), person) for _ in range(2)]
    assert browser.submit(f"/staf/{person.id}/keluarkan").status_code == 303
    assert [is_in(client) for client in theirs] == [False, False]
    assert [e.actor_id for e in trail("staff.sign_out")] == [administrator.id]


@pytest.mark.parametrize("path", ["/staf/{}", "/staf/{}/tautan", "/staf/{}/keluarkan"])
@pytest.mark.parametrize("wrong", ["0", "-1", "null", str(2**63), str(uuid.UUID(int=7))])
def test_people_who_are_not_there(browser: OutsideClient, path: str, wrong: str) -> None:
    assert browser.submit(path.format(wrong)).status_code == 404


def test_nobody_else_sees_the_staff(app: Flask) -> None:
    person = make_staff()
    for role in ("psychologist", "coordinator", "outreach"):
        theirs = signed_in(app.test_client(), make_staff(role))
        nowhere = theirs.get("/tidak-ada").data
        for path in ("/staf", "/staf/baru", f"/staf/{person.id}"):
            assert theirs.get(path).data == nowhere
        assert theirs.submit("/staf/baru", **FORM).status_code == 404
    assert by_email("dua@contoh.id") is None


def test_what_people_are_called_is_text_and_nothing_else(browser: OutsideClient) -> None:
    browser.submit("/staf/baru", **{**FORM, "name": ODD_NAME})
    page = browser.get("/staf").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
    person = by_email("dua@contoh.id")
    assert person is not None
    assert "<script>alert" not in browser.get(f"/staf/{person.id}").text
    assert person.name == ODD_NAME
