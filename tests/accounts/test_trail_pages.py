"""Pages of the trail: my own acts, a case's, security, and the meter."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from tesa.accounts.audit import record
from tesa.accounts.audit.reading import ROWS, TRIPPED
from tesa.accounts.public import Role, StaffMember
from tesa.core.db import new_id
from tesa.core.transactions import transaction
from tests.accounts.making import NOW
from tests.cases.making import make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

SECRET_REASON = "sebuah alasan yang tidak untuk administrator"


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


def did(
    person: StaffMember | None, act: str, kind: str = "note", thing: uuid.UUID | None = None, **more: object
) -> None:
    with transaction():
        record(person.id if person else None, act, kind, thing or new_id(), NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_her_own_acts_and_nobody_elses(app: Flask, client: OutsideClient, role: Role) -> None:
    me, other = make_staff(role), make_staff("coordinator")
    mine, hers = new_id(), new_id()
    did(me, "note.read", thing=mine)
    did(other, "note.read", thing=hers)
    page = signed_in(client, me).get("/profil/jejak")
    assert page.status_code == 200
    assert "membuka catatan" in page.text
    assert str(mine) in page.text
    assert str(hers) not in page.text


def test_page_by_page_back_to_the_first(app: Flask, client: OutsideClient) -> None:
    me = make_staff()
    things = [new_id() for _ in range(ROWS + 3)]
    for thing in things:
        did(me, "note.read", thing=thing)
    signed_in(client, me)
    newest = client.get("/profil/jejak").text
    assert sum(str(thing) in newest for thing in things) == ROWS
    assert "sebelum=4" in newest
    oldest = client.get("/profil/jejak?sebelum=4").text
    assert [str(thing) in oldest for thing in things] == [True] * 3 + [False] * ROWS
    for odd in ("0", "-1", "x", str(2**63)):
        assert client.get(f"/profil/jejak?sebelum={odd}").status_code == 200


def test_the_trail_of_a_case_for_its_owner_and_coordinators(app: Flask, client: OutsideClient) -> None:
    owner, coordinator, stranger = make_staff(), make_staff("coordinator"), make_staff()
    case_id, other_case = make_case(owner), make_case(owner)
    did(coordinator, "case.read", "case", case_id, case_id=case_id)
    elsewhere = new_id()
    did(owner, "note.read", thing=elsewhere, case_id=other_case)
    for person in (owner, coordinator):
        page = signed_in(client, person).get(f"/kasus/{case_id}/jejak")
        assert page.status_code == 200
        assert coordinator.email in page.text
        assert str(elsewhere) not in page.text
    for person in (stranger, make_staff("outreach"), make_staff("administrator")):
        answer = signed_in(client, person).get(f"/kasus/{case_id}/jejak")
        assert answer.status_code == 404
        assert answer.data == client.get(f"/kasus/{new_id()}/jejak").data
    assert f"/kasus/{case_id}/jejak" in signed_in(client, owner).get(f"/kasus/{case_id}").text


def test_security_is_for_administrators_and_says_nothing_of_cases(app: Flask, client: OutsideClient) -> None:
    administrator, person = make_staff("administrator"), make_staff()
    case_id, thing = make_case(person), new_id()
    did(person, "sign_in.refused", "account", person.id, step="code", reason=SECRET_REASON)
    did(person, "note.read", thing=thing, case_id=case_id)
    did(person, "key.shredded", "case", case_id, case_id=case_id)
    did(None, TRIPPED, "account", person.id, threshold=60, count=61)
    page = signed_in(client, administrator).get("/keamanan").text
    assert f"{person.email}</bdi> gagal masuk" in page
    assert "step: code" in page
    assert "threshold: 60 · count: 61" in page
    for unseen in (SECRET_REASON, str(thing), str(case_id), "membuka catatan"):
        assert unseen not in page
    for role in ("psychologist", "coordinator", "outreach"):
        assert signed_in(client, make_staff(role)).get("/keamanan").status_code == 404


def test_the_meter_is_for_coordinators_and_names_the_cases(app: Flask, client: OutsideClient) -> None:
    coordinator, person = make_staff("coordinator"), make_staff()
    case_id, untouched = make_case(person), make_case(person)
    did(person, "note.read", case_id=case_id)
    did(None, TRIPPED, "account", person.id, threshold=60, count=77)
    page = signed_in(client, coordinator).get("/keamanan/pembacaan").text
    assert person.email in page
    assert "77 dibuka (batas 60)" in page
    assert f"/kasus/{case_id}/jejak" in page
    assert f"/kasus/{untouched}/jejak" not in page
    for role in ("psychologist", "administrator", "outreach"):
        assert signed_in(client, make_staff(role)).get("/keamanan/pembacaan").status_code == 404


def test_in_english(app: Flask, client: OutsideClient) -> None:
    me = make_staff()
    did(me, "note.read")
    signed_in(client, me)
    client.submit("/lang/en")
    assert "opened a note" in client.get("/profil/jejak").text
