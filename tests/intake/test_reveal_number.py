"""A masked number is shown once, to coordinators, for a reason, and that is on record before it leaves."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.intake.jobs import advance_contacts
from tesa.intake.models import Contact
from tests.cases.making import make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.twilio import Twilio

NUMBER = "+6281200000017"
Browser = Callable[[], OutsideClient]


@pytest.fixture
def written(app: object, clock: MovedClock, twilio: Twilio) -> uuid.UUID:
    """A conversation that a psychologist on duty has."""
    person = make_staff("psychologist")
    make_shift(person.id)
    twilio.message("Halo", sender=NUMBER)
    advance_contacts(clock.now())
    db.session.rollback()
    return db.session.scalars(select(Contact.id)).one()


def revealed() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.act == "number.reveal")))


def test_the_number_of_a_contact(new_client: Browser, written: uuid.UUID) -> None:
    coordinator = make_staff("coordinator")
    browser = signed_in(new_client(), coordinator)
    page = browser.get(f"/kontak/{written}")
    assert NUMBER not in page.text
    assert "+62 812-••••-017" in page.text
    shown = browser.submit(f"/kontak/{written}/nomor", reason="authority")
    assert (shown.status_code, NUMBER in shown.text) == (200, True)
    assert NUMBER not in browser.get(f"/kontak/{written}").text, "it is shown once"
    (entry,) = revealed()
    assert (entry.actor_id, entry.object_id) == (coordinator.id, written)
    details = json.loads(entry.details)
    assert details["reason"] == "authority"
    assert "0000017" not in entry.details


def test_the_numbers_of_a_case(new_client: Browser, clock: MovedClock) -> None:
    case_id, coordinator = make_case(make_staff(), number=NUMBER, now=clock.now()), make_staff("coordinator")
    browser = signed_in(new_client(), coordinator)
    assert NUMBER not in browser.get(f"/kasus/{case_id}").text
    assert NUMBER in browser.submit(f"/kasus/{case_id}/nomor", reason="review").text
    assert NUMBER not in browser.get(f"/kasus/{case_id}").text
    (entry,) = revealed()
    assert (entry.actor_id, entry.case_id) == (coordinator.id, case_id)


@pytest.mark.parametrize("reason", ["", "curiosity", "<b>"])
def test_not_without_a_reason_of_the_list(new_client: Browser, written: uuid.UUID, reason: str) -> None:
    browser = signed_in(new_client(), make_staff("coordinator"))
    answer = browser.submit(f"/kontak/{written}/nomor", reason=reason)
    assert (answer.status_code, NUMBER in answer.text) == (422, False)
    assert revealed() == []


@pytest.mark.parametrize("role", ["psychologist", "outreach", "administrator"])
def test_nobody_else(new_client: Browser, written: uuid.UUID, role: str) -> None:
    browser = signed_in(new_client(), make_staff(role))
    assert browser.submit(f"/kontak/{written}/nomor", reason="authority").status_code == 404
    assert revealed() == []


def test_the_administrator_sees_counts_and_no_contact(new_client: Browser, written: uuid.UUID) -> None:
    page = signed_in(new_client(), make_staff("administrator")).get("/")
    assert "<dt>Menunggu</dt><dd>1</dd>" in page.text
    assert str(written) not in page.text
    assert "812-" not in page.text
