"""Flags on the pages: who may set which, and what the list and the contact show."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import Contact
from tesa.intake.queries import locked
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.twilio import Twilio

NUMBER = "+6281290000888"
WITHIN, TOO_FAR = date(2026, 12, 24).isoformat(), date(2027, 3, 1).isoformat()


@pytest.fixture
def psychologist(app: Flask) -> OutsideClient:
    return signed_in(app.test_client(), make_staff("psychologist"))


@pytest.fixture
def coordinator(app: Flask) -> OutsideClient:
    return signed_in(app.test_client(), make_staff("coordinator"))


@pytest.fixture
def contact_id(twilio: Twilio, clock: MovedClock) -> uuid.UUID:
    twilio.message("halo", NUMBER)
    return db.session.scalars(select(Contact.id)).one()


def taken_by(contact_id: uuid.UUID, account_id: uuid.UUID) -> None:
    with transaction():
        contact = locked(contact_id)
        assert contact is not None
        take_conversation(contact, account_id, 1, clock.now())


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(NumberFlag.kind).where(NumberFlag.lifted_at.is_(None))))


def test_a_psychologist_warns_and_only_a_coordinator_blocks(
    app: Flask, coordinator: OutsideClient, contact_id: uuid.UUID
) -> None:
    person = make_staff("psychologist")
    own = signed_in(app.test_client(), person)
    taken_by(contact_id, person.id)
    path = f"/kontak/{contact_id}/penanda"
    assert own.submit(path, kind="blocked", reason="prank", last_day=WITHIN).status_code in (403, 404)
    assert kinds() == []
    assert own.submit(path, kind="nuisance", reason="prank", last_day=WITHIN).status_code == 303
    assert "Mengganggu" in own.get(f"/kontak/{contact_id}").text
    assert coordinator.submit(path, kind="blocked", reason="prank", last_day=TOO_FAR).status_code == 422
    assert coordinator.submit(path, kind="suggested", reason="prank", last_day=WITHIN).status_code == 422
    assert coordinator.submit(path, kind="blocked", reason="prank", last_day=WITHIN).status_code == 303
    assert kinds() == ["blocked"], "the older flag has ended"


def test_the_list_masks_and_lifts(
    coordinator: OutsideClient, psychologist: OutsideClient, contact_id: uuid.UUID
) -> None:
    coordinator.submit(f"/kontak/{contact_id}/penanda", kind="blocked", reason="abusive", last_day=WITHIN)
    page = coordinator.get("/penanda").text
    assert "Diblokir" in page
    assert NUMBER not in page
    assert "+62 812-••••-888" in page
    assert psychologist.get("/penanda").status_code == 404
    flag_id = db.session.scalars(select(NumberFlag.id)).one()
    assert coordinator.submit(f"/penanda/{flag_id}/perpanjang", last_day=TOO_FAR).status_code == 422
    assert coordinator.submit(f"/penanda/{flag_id}/cabut").status_code == 303
    assert kinds() == []
    assert coordinator.submit(f"/penanda/{flag_id}/cabut").status_code == 404


def test_one_press_in_the_queue(coordinator: OutsideClient, psychologist: OutsideClient, contact_id: uuid.UUID) -> None:
    """A coordinator puts a waiting text on record without opening it; counselling that nobody gave she cannot."""
    path = f"/kontak/{contact_id}/selesai"
    assert "Catat tanpa membuka" in coordinator.get("/kotak").text
    assert "Catat tanpa membuka" not in psychologist.get("/kotak").text
    assert psychologist.submit(path, outcome="prank").status_code in (403, 404)
    assert coordinator.submit(path, outcome="counselling").status_code == 422
    assert coordinator.submit(path, outcome="blocked").status_code == 422
    answer = coordinator.submit(path, outcome="prank", back="waiting")
    assert (answer.status_code, answer.location) == (303, "/kotak?tab=waiting")
    db.session.rollback()
    contact = db.session.get_one(Contact, contact_id)
    assert (contact.state, contact.outcome) == ("finalized", "prank")
