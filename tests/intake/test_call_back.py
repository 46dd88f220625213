"""A promised call: the own phone first, hers only where her plan allows, asked at each step."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import select

from tesa.accounts.public import StaffMember
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.rules.safe_contact import Answer, SafeAnswers
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.actions.link_case import link_case
from tesa.intake.models import Contact, ContactEvent, Offer
from tesa.intake.queries import locked
from tesa.telephony.outbox import outbox
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.settings import VOICE_NUMBER
from tests.support.twilio import CALLER, Twilio

Browser = Callable[[], OutsideClient]


@pytest.fixture
def psychologist(app: Flask, clock: MovedClock) -> StaffMember:
    person = make_staff("psychologist")
    make_shift(person.id)
    return person


@pytest.fixture
def owed(psychologist: StaffMember, twilio: Twilio) -> uuid.UUID:
    """She has hung up while waiting: a promise is owed, and nobody knows whether calling is safe."""
    call = twilio.voice()
    twilio.voice(call_sid=call.call_sid, path="/twilio/voice/status", CallStatus="completed")
    return db.session.scalars(select(Contact.id)).one()


@pytest.fixture
def mine(new_client: Browser, psychologist: StaffMember) -> OutsideClient:
    return signed_in(new_client(), psychologist)


def plan(contact_id: uuid.UUID, answer: Answer, by: StaffMember, clock: MovedClock) -> None:
    with transaction():
        contact = locked(contact_id)
        assert contact is not None
        contact.psychologist_id = by.id
        case_id = link_case(contact, None, "", by.id, clock.now())
        set_safe_contact(case_id, SafeAnswers(to_call=answer), by, clock.now())


def press(mine: OutsideClient, contact_id: uuid.UUID) -> int:
    return mine.submit(f"/kontak/{contact_id}/telepon").status_code


def outcomes() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(Offer.outcome).where(Offer.kind == "back")))


def test_a_dropped_call_is_not_called_back_while_nobody_has_asked(mine: OutsideClient, owed: uuid.UUID) -> None:
    refused = mine.submit(f"/kontak/{owed}/telepon")
    assert refused.status_code == 409
    assert "Belum ada yang menanyakan" in refused.text
    assert outcomes() == []


def test_a_no_is_409_with_the_reason(
    mine: OutsideClient, owed: uuid.UUID, psychologist: StaffMember, clock: MovedClock
) -> None:
    plan(owed, Answer.NO, psychologist, clock)
    refused = mine.submit(f"/kontak/{owed}/telepon")
    assert refused.status_code == 409
    assert "tidak aman baginya" in refused.text
    assert outcomes() == []


def test_with_a_yes_the_own_phone_rings_and_then_hers(
    mine: OutsideClient,
    owed: uuid.UUID,
    psychologist: StaffMember,
    clock: MovedClock,
    gateway: FakeGateway,
    twilio: Twilio,
) -> None:
    plan(owed, Answer.YES, psychologist, clock)
    assert [press(mine, owed), press(mine, owed)] == [303, 303]
    outbox().deliver_due(clock.now())
    assert gateway.rung == [psychologist.phone], "once, and only the own phone"
    call = gateway.calls[-1]
    sid = gateway.sid_of(psychologist.phone or "")
    whisper = fromstring(twilio.post(call.url, CallSid=sid, From=VOICE_NUMBER).data)
    key = whisper.find("Gather").attrib["action"]
    room = fromstring(twilio.post(key, CallSid=sid, From=VOICE_NUMBER, Digits="1").data).find("Dial/Conference")
    assert room.attrib["participantLabel"].startswith("konselor-")
    again = fromstring(twilio.post(key, CallSid=sid, From=VOICE_NUMBER, Digits="1").data)
    assert again.find("Dial") is None
    outbox().deliver_due(clock.now())
    assert gateway.rung == [psychologist.phone, CALLER], "the same key twice calls her once"
    hers = gateway.calls[-1]
    question = fromstring(twilio.post(hers.url, CallSid="CA" + "1" * 32, From=VOICE_NUMBER).data)
    assert question[-1].tag == "Hangup", "a voicemail presses nothing, and hears nothing that gives her away"
    assert "TeSA" not in "".join(question.itertext())
    yes = question.find("Gather").attrib["action"]
    her_room = fromstring(twilio.post(yes, CallSid="CA" + "1" * 32, From=VOICE_NUMBER, Digits="1").data)
    assert her_room.find("Dial/Conference").text == room.text
    assert outcomes() == ["accepted"]


@pytest.mark.parametrize("when", ["before the own phone rings", "before key 1"])
def test_a_plan_that_changes_meanwhile_is_obeyed(
    mine: OutsideClient,
    owed: uuid.UUID,
    psychologist: StaffMember,
    clock: MovedClock,
    gateway: FakeGateway,
    twilio: Twilio,
    when: str,
) -> None:
    plan(owed, Answer.YES, psychologist, clock)
    press(mine, owed)
    if when == "before key 1":
        outbox().deliver_due(clock.now())
    with transaction():
        contact = locked(owed)
        assert contact is not None
        contact.safe_to_call = "no"
    if when == "before key 1":
        sid = gateway.sid_of(psychologist.phone or "")
        answer = twilio.post(gateway.calls[-1].url + "/key", CallSid=sid, From=VOICE_NUMBER, Digits="1")
        assert fromstring(answer.data).find("Dial") is None
        assert CALLER not in answer.text
    else:
        outbox().deliver_due(clock.now())
        assert gateway.rung == []
    assert outcomes() == ["cancelled"]
    assert "held_back" in db.session.scalars(select(ContactEvent.code).where(ContactEvent.contact_id == owed)).all()


def test_a_phone_that_nobody_picks_up_can_be_tried_again(
    mine: OutsideClient,
    owed: uuid.UUID,
    psychologist: StaffMember,
    clock: MovedClock,
    gateway: FakeGateway,
    twilio: Twilio,
) -> None:
    plan(owed, Answer.YES, psychologist, clock)
    press(mine, owed)
    outbox().deliver_due(clock.now())
    sid = gateway.sid_of(psychologist.phone or "")
    twilio.post(gateway.calls[-1].status_url, CallSid=sid, From=VOICE_NUMBER, CallStatus="no-answer")
    assert outcomes() == ["missed"]
    assert press(mine, owed) == 303
    outbox().deliver_due(clock.now())
    assert len(gateway.calls) == 2


def test_without_a_promise_nobody_is_called(mine: OutsideClient, psychologist: StaffMember, twilio: Twilio) -> None:
    twilio.voice()
    contact_id = db.session.scalars(select(Contact.id)).one()
    assert press(mine, contact_id) == 422
    assert press(mine, uuid.uuid4()) == 404


def test_a_withheld_number_cannot_be_called(mine: OutsideClient, psychologist: StaffMember, twilio: Twilio) -> None:
    call = twilio.voice("anonymous")
    twilio.post(
        f"/twilio/voice/{db.session.scalars(select(Contact.id)).one()}/recorded",
        CallSid=call.call_sid,
        From="anonymous",
    )
    assert press(mine, db.session.scalars(select(Contact.id)).one()) == 422
