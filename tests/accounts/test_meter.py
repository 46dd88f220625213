"""The meter of readings, at the pages that open what is sealed."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tesa.accounts.audit import record
from tesa.accounts.audit.meter_reading import counts, reading_of
from tesa.accounts.jobs import watch_readings
from tesa.accounts.models import Notice, StaffSession
from tesa.accounts.public import StaffMember
from tesa.accounts.rules.meter import ALERT, BLOCK, STEP_UP
from tesa.cases.actions.write_note import write_note
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.intake.models import Contact
from tests.accounts.making import NOW, trail
from tests.cases.making import make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.twilio import Twilio

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still until a test moves it."""


def opened(person: StaffMember, count: int, ago: timedelta = MINUTE, act: str = "note.read") -> None:
    """`person` has opened `count` notes."""
    with transaction():
        for _number in range(count):
            record(person.id, act, "note", new_id(), NOW - ago)


def shown_second_factor(at: timedelta) -> None:
    with transaction():
        db.session.execute(update(StaffSession).values(stepped_up_at=NOW + at))


@pytest.fixture
def owner(app: Flask) -> StaffMember:
    return make_staff()


@pytest.fixture
def page(owner: StaffMember) -> str:
    """A case of hers."""
    return f"/kasus/{make_case(owner)}"


@pytest.fixture
def browser(client: OutsideClient, owner: StaffMember) -> OutsideClient:
    signed_in(client, owner)
    shown_second_factor(-5 * MINUTE)
    return client


def test_below_the_limits_nothing_is_felt(browser: OutsideClient, owner: StaffMember, page: str) -> None:
    opened(owner, STEP_UP - 1)
    assert browser.get(page).status_code == 200


def test_from_120_on_a_second_factor_comes_first(browser: OutsideClient, owner: StaffMember, page: str) -> None:
    opened(owner, STEP_UP)
    answer = browser.get(page)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/sign-in/again?next={page}"
    assert trail("case.read") == []  # nothing was opened
    shown_second_factor(timedelta(0))
    assert browser.get(page).status_code == 200


def test_from_240_on_nothing_new_is_opened(browser: OutsideClient, owner: StaffMember, page: str) -> None:
    coordinator = make_staff("coordinator")
    assert browser.get(page).status_code == 200
    opened(owner, BLOCK - 1)
    shown_second_factor(timedelta(0))
    assert browser.get(page).status_code == 200  # she has it open already
    answer = browser.get(f"/kasus/{make_case(owner)}")
    assert answer.status_code == 429
    assert coordinator.email in answer.text
    assert len(trail("case.read")) == 2
    assert browser.get("/").status_code == 200
    assert browser.get("/kotak").status_code == 200


def test_an_hour_later_it_is_over(browser: OutsideClient, owner: StaffMember, page: str) -> None:
    opened(owner, BLOCK, ago=timedelta(hours=1))
    assert browser.get(page).status_code == 200


def test_notes_that_a_refused_form_would_show_are_counted_too(browser: OutsideClient, owner: StaffMember) -> None:
    case_id = make_case(owner)
    with transaction():
        write_note(case_id, None, "Catatan", owner, NOW)
    opened(owner, BLOCK)
    assert browser.submit(f"/kasus/{case_id}/catatan", text="").status_code == 429
    saved = browser.submit(f"/kasus/{case_id}/catatan", text="Tetap tersimpan", window=str(new_id()))
    assert saved.status_code == 303  # what she writes is never refused
    assert len(trail("note.read")) == BLOCK


def test_polling_and_opening_again_count_once(browser: OutsideClient, owner: StaffMember, page: str) -> None:
    for _time in range(5):
        assert browser.get(page).status_code == 200
        browser.get(page, headers={"HX-Request": "true", "HX-Poll": "true"})
    assert reading_of(owner.id, NOW + MINUTE).count() == 1


def test_the_contact_that_she_is_talking_with_is_always_shown(
    app: Flask, browser: OutsideClient, owner: StaffMember, twilio: Twilio
) -> None:
    contact_id = make_contact(twilio, owner, "in_progress")
    opened(owner, BLOCK)
    assert browser.get(f"/kontak/{contact_id}").status_code == 200
    with transaction():
        db.session.execute(update(Contact).values(state="finalized"))
    ended = make_contact(twilio, owner, "finalized")
    assert browser.get(f"/kontak/{ended}").status_code == 429


def make_contact(twilio: Twilio, person: StaffMember, state: str) -> uuid.UUID:
    """A written contact of `person` in `state`."""
    twilio.message("Halo")
    contact_id = db.session.scalars(db.select(Contact.id).where(Contact.psychologist_id.is_(None))).one()
    with transaction():
        values = {"psychologist_id": person.id, "state": state}
        db.session.execute(update(Contact).where(Contact.id == contact_id).values(values))
    return contact_id


def test_whose_hour_is_counted(owner: StaffMember) -> None:
    other = make_staff()
    opened(owner, ALERT)
    opened(other, ALERT - 1)
    opened(owner, 5, act="draft.read")
    opened(owner, 5, act="case.find")
    assert counts(NOW) == {owner.id: ALERT}
    assert counts(NOW + timedelta(hours=1)) == {}


def told() -> list[tuple[uuid.UUID, str, bool]]:
    """Who has been told what, and was it urgent?"""
    db.session.expire_all()
    rows = db.session.scalars(db.select(Notice).order_by(Notice.created_at, Notice.kind))
    return [(n.account_id, n.kind, n.urgent) for n in rows]


def look(at: timedelta) -> None:
    """The worker looks."""
    watch_readings(NOW + at)


def test_coordinators_are_told_once_an_hour_for_each_threshold(owner: StaffMember) -> None:
    coordinator = make_staff("coordinator")
    opened(owner, ALERT - 1, ago=timedelta(0))
    look(timedelta(0))
    assert told() == []
    opened(owner, 1, ago=timedelta(0))
    for minutes in (1, 2, 3):
        look(minutes * MINUTE)
    assert told() == [(coordinator.id, "meter.many", False)]
    opened(owner, STEP_UP - ALERT, ago=timedelta(0))
    look(4 * MINUTE)
    assert [e.details for e in trail("meter.tripped")] == [
        '{"count":60,"threshold":60}',
        '{"count":120,"threshold":120}',
    ]
    assert {e.object_id for e in trail("meter.tripped")} == {owner.id}
    look(61 * MINUTE)
    assert len(told()) == 2  # the hour is over, and so is the reading
    opened(owner, ALERT, ago=-62 * MINUTE)
    look(63 * MINUTE)
    assert len(told()) == 3


def test_the_full_meter_pages_them(app: Flask, owner: StaffMember) -> None:
    coordinator = make_staff("coordinator")
    opened(owner, BLOCK)
    look(timedelta(0))
    assert [(kind, urgent) for who, kind, urgent in told() if who == coordinator.id] == [
        ("meter.blocked", True),
        ("meter.many", False),
        ("meter.many", False),
    ]


def test_whoever_trips_it_is_not_the_one_who_is_told(app: Flask) -> None:
    coordinator, administrator = make_staff("coordinator"), make_staff("administrator")
    opened(coordinator, ALERT)
    look(timedelta(0))
    assert [who for who, _kind, _urgent in told()] == [administrator.id]
