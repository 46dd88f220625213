"""Her plan is obeyed by what sends, not by the button: asked when somebody presses, and again right before it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import time

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import select

from tesa.accounts.public import StaffMember
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.rules.safe_contact import Answer, Hours, SafeAnswers
from tesa.core.db import db
from tesa.core.errors import Conflict
from tesa.core.transactions import transaction
from tesa.intake.actions.link_case import link_case
from tesa.intake.actions.send_reply import send_reply
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.models import Contact, ContactEvent, Message
from tesa.intake.queries import locked
from tesa.intake.reaching import why_not
from tesa.intake.rules.stop_words import asks_to_stop
from tesa.telephony.outbox import outbox
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.twilio import Twilio

HOURS = 3600
Browser = Callable[[], OutsideClient]
NO = SafeAnswers(to_call=Answer.NO, to_message=Answer.NO)
YES = SafeAnswers(to_call=Answer.YES, to_message=Answer.YES)
MORNING = SafeAnswers(Answer.YES, Answer.YES, between=Hours(time(9), time(11)))


@pytest.fixture
def psychologist(app: Flask, clock: MovedClock) -> StaffMember:
    person = make_staff("psychologist")
    make_shift(person.id)
    return person


@pytest.fixture
def talk(psychologist: StaffMember, twilio: Twilio, clock: MovedClock) -> uuid.UUID:
    """A conversation that she has just opened and the psychologist has taken."""
    twilio.message("halo")
    contact_id = db.session.scalars(select(Contact.id)).one()
    with transaction():
        contact = locked(contact_id)
        assert contact is not None
        take_conversation(contact, psychologist.id, 1, clock.now())
    return contact_id


def plan(contact_id: uuid.UUID, answers: SafeAnswers, by: StaffMember, clock: MovedClock) -> None:
    """She becomes a person with a case and a plan."""
    with transaction():
        contact = locked(contact_id)
        assert contact is not None
        case_id = link_case(contact, None, "", by.id, clock.now())
        set_safe_contact(case_id, answers, by, clock.now())


def answer(contact_id: uuid.UUID, by: StaffMember, clock: MovedClock) -> None:
    with transaction():
        contact = locked(contact_id)
        assert contact is not None
        send_reply(contact, "Saya di sini.", by.id, clock.now())


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.status).where(Message.direction == "out")))


def to_her(gateway: FakeGateway) -> list[str]:
    return [m.body for m in gateway.messages if m.to == "+6281200000017"]


def test_a_conversation_she_has_just_opened_is_answered(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock, gateway: FakeGateway
) -> None:
    answer(talk, psychologist, clock)
    outbox().deliver_due(clock.now())
    assert to_her(gateway) == ["Saya di sini."]


def test_hours_later_nobody_knows_who_holds_the_phone(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock
) -> None:
    clock.advance(4 * HOURS)
    with pytest.raises(Conflict):
        answer(talk, psychologist, clock)
    assert states() == []


def test_hours_later_her_plan_decides(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock, gateway: FakeGateway
) -> None:
    plan(talk, MORNING, psychologist, clock)  # it is 10.00
    clock.advance(5 * HOURS)
    with pytest.raises(Conflict):
        answer(talk, psychologist, clock)
    clock.advance(18 * HOURS + 1800)
    answer(talk, psychologist, clock)
    outbox().deliver_due(clock.now())
    assert to_her(gateway) == ["Saya di sini."]


def test_a_no_stands_even_in_a_live_conversation_and_the_page_says_why(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock, new_client: Browser
) -> None:
    plan(talk, NO, psychologist, clock)
    refused = signed_in(new_client(), psychologist).submit(f"/kontak/{talk}/balas", text="Kata-kata saya")
    assert refused.status_code == 409
    assert "tidak aman baginya" in refused.text
    assert "Kata-kata saya" in refused.text, "her words stay in the form"
    assert states() == []


def test_a_plan_that_changes_meanwhile_stops_what_has_not_left(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock, gateway: FakeGateway, new_client: Browser
) -> None:
    answer(talk, psychologist, clock)
    plan(talk, NO, psychologist, clock)
    outbox().deliver_due(clock.now())
    assert to_her(gateway) == []
    assert states() == ["refused"]
    assert "tidak dikirim: tidak aman baginya" in signed_in(new_client(), psychologist).get(f"/kontak/{talk}").text
    outbox().deliver_due(clock.advance(HOURS))
    assert to_her(gateway) == [], "and it does not leave later either"


@pytest.mark.parametrize("word", ["STOP", "berhenti", " Berhenti! ", "\u200bS\u200bTOP.", "ＳＴＯＰ"])
def test_stop_stops_everything_that_would_go_out(
    talk: uuid.UUID, word: str, psychologist: StaffMember, clock: MovedClock, gateway: FakeGateway, twilio: Twilio
) -> None:
    plan(talk, YES, psychologist, clock)
    answer(talk, psychologist, clock)
    assert fromstring(twilio.message(word).data).find("Message") is None
    outbox().deliver_due(clock.now())
    assert (to_her(gateway), states()) == ([], ["refused"])
    with pytest.raises(Conflict):
        answer(talk, psychologist, clock)
    contact = db.session.get_one(Contact, talk, populate_existing=True)
    assert contact.state == "in_progress", "the contact stays"
    assert contact.waiting_since is not None, "and a human is told"
    codes = list(db.session.scalars(select(ContactEvent.code).where(ContactEvent.contact_id == talk)))
    assert {"stopped", "held_back"} <= set(codes)


def test_stop_on_one_channel_counts_on_the_others_until_she_writes_again(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock, twilio: Twilio
) -> None:
    clock.advance(60)
    twilio.message("STOP", channel="sms")
    with pytest.raises(Conflict):
        answer(talk, psychologist, clock)
    clock.advance(60)
    twilio.message("maaf, tadi dia di sebelah saya")
    answer(talk, psychologist, clock)
    assert states() == ["queued"]


def test_a_first_stop_is_not_acknowledged_but_kept(twilio: Twilio, app: Flask, clock: MovedClock) -> None:
    assert fromstring(twilio.message("STOP").data).find("Message") is None
    assert db.session.scalars(select(Contact.state)).one() == "waiting"


def test_the_acknowledgement_obeys_her_plan(
    talk: uuid.UUID, psychologist: StaffMember, clock: MovedClock, twilio: Twilio
) -> None:
    plan(talk, NO, psychologist, clock)
    assert fromstring(twilio.message("halo", channel="sms").data).find("Message") is None
    assert fromstring(twilio.message("halo", sender="+6281200000018").data).find("Message") is not None


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("STOP", True), ("stop.", True), ("Berhenti", True), ("BATAL", True), ("tolong stop dia", False),
        ("dia tidak mau berhenti", False), ("", False), ("112", False), ("stop " * 20, False),
    ],
)  # fmt: skip
def test_words_that_stop(text: str, stops: bool) -> None:
    assert asks_to_stop(text) is stops


def test_a_number_that_is_withheld_has_no_plan(twilio: Twilio, app: Flask, clock: MovedClock) -> None:
    twilio.voice("anonymous")
    from tesa.cases.public import How, Why

    contact = db.session.scalars(select(Contact)).one()
    assert why_not(How.CALL, contact, clock.now()) is Why.NOBODY_ASKED
