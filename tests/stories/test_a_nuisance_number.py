"""A number that plays pranks: suggested, decided by a person, and still never without a way to help."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import select

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.actions.decide_flag import decide_flag
from tesa.intake.actions.finalize_contact import finalize_contact
from tesa.intake.actions.lift_flag import lift_flag
from tesa.intake.actions.prolong_flag import prolong_flag
from tesa.intake.actions.set_flag import set_flag
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import Contact
from tesa.intake.queries import locked
from tesa.outreach.models import Dispatch
from tests.stories.line import Caller, Hotline, Someone, said

PRANKSTER = "+6281290000666"


def recorded(hotline: Hotline, psychologist: Someone, outcome: str, number: str = PRANKSTER) -> Caller:
    """A call that is answered and put on record with one press."""
    caller = hotline.calls(number)
    hotline.pass_seconds(4)
    hotline.answers(psychologist, caller)
    hotline.caller_status(caller, "completed")
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        finalize_contact(contact, outcome, [], psychologist.id, hotline.clock.now())
    return caller


def flags() -> list[NumberFlag]:
    db.session.rollback()
    return list(db.session.scalars(select(NumberFlag).order_by(NumberFlag.since)))


def block(hotline: Hotline, contact_id: UUID, by: Someone, number: str = PRANKSTER) -> UUID:
    now = hotline.clock.now()
    with transaction():
        return set_flag(number, "blocked", "prank", now + timedelta(days=30), contact_id, by.id, now)


def rings_in(hotline: Hotline, number: str = PRANKSTER) -> tuple[str, str, UUID]:
    """A blocked number calls: what it hears, its CallSid, its contact."""
    response = hotline.twilio.voice(number)
    document = fromstring(response.data)
    assert document.find("Enqueue") is None
    action = document.find("Gather").attrib["action"]
    return said(document), response.call_sid, UUID(action.split("/")[-2])


def test_three_pranks_suggest_and_a_coordinator_decides(hotline: Hotline) -> None:
    psychologist, coordinator = hotline.psychologist(), hotline.someone("coordinator", None)
    for _ in range(2):
        recorded(hotline, psychologist, "prank")
    assert flags() == []
    last = recorded(hotline, psychologist, "prank")
    [suggestion] = flags()
    assert (suggestion.kind, suggestion.reason, suggestion.set_by) == ("suggested", "prank", None)
    recorded(hotline, psychologist, "prank")
    assert len(flags()) == 1, "one suggestion is enough, and a suggested number is answered like any other"
    with transaction():
        decide_flag(
            suggestion.id, "blocked", hotline.clock.now() + timedelta(days=7), coordinator.id, hotline.clock.now()
        )
    assert [(f.kind, f.lifted_at is None) for f in flags()] == [("suggested", False), ("blocked", True)]
    assert flags()[1].contact_id == last.contact_id


def test_silent_calls_never_suggest(hotline: Hotline) -> None:
    psychologist = hotline.psychologist()
    for _ in range(4):
        recorded(hotline, psychologist, "silent")
    assert flags() == []


def test_a_blocked_caller_is_not_put_through_and_key_0_helps_her(hotline: Hotline) -> None:
    psychologist, coordinator = hotline.psychologist(), hotline.someone("coordinator", None)
    hotline.someone("outreach")
    first = recorded(hotline, psychologist, "prank")
    block(hotline, first.contact_id, coordinator)
    rung = len(hotline.gateway.rung)
    heard, sid, contact_id = rings_in(hotline)
    assert "tekan 0" in heard
    assert "satu satu dua" in heard
    again = hotline.twilio.voice(PRANKSTER, sid)
    assert "tekan 0" in said(fromstring(again.data)), "the webhook comes twice"
    caller = Caller(sid, PRANKSTER, contact_id)
    hotline.pass_seconds(30)
    assert len(hotline.gateway.rung) == rung
    assert (hotline.contact(caller).state, hotline.contact(caller).outcome) == ("finalized", "blocked")
    assert hotline.keys(caller, "5", "blocked").find("Enqueue") is None
    assert hotline.keys(caller, "0", "blocked").find("Enqueue") is not None
    assert hotline.keys(caller, "0", "blocked").find("Enqueue") is not None, "pressed twice"
    hotline.pass_seconds(2)
    contact = hotline.contact(caller)
    assert (contact.state, contact.risk, contact.outcome) == ("waiting", "emergency", None)
    assert hotline.rings(psychologist.number) == 2
    assert len(list(db.session.scalars(select(Dispatch)))) == 1
    hotline.hangs_up(caller)
    assert hotline.contact(caller).state == "call_back"


def test_key_0_that_arrives_after_she_has_hung_up_is_a_promise(hotline: Hotline) -> None:
    psychologist, coordinator = hotline.psychologist(), hotline.someone("coordinator", None)
    block(hotline, recorded(hotline, psychologist, "prank").contact_id, coordinator)
    _, sid, contact_id = rings_in(hotline)
    caller = Caller(sid, PRANKSTER, contact_id)
    hotline.caller_status(caller, "completed")
    hotline.keys(caller, "0", "blocked")
    assert hotline.contact(caller).state == "call_back"
    assert hotline.task(caller) is not None


def test_a_block_ends_by_itself_and_can_be_lifted(hotline: Hotline) -> None:
    psychologist, coordinator = hotline.psychologist(hours=(-2, 40)), hotline.someone("coordinator", None)
    first = recorded(hotline, psychologist, "prank")
    flag = block(hotline, first.contact_id, coordinator)
    with transaction():
        prolong_flag(flag, hotline.clock.now() + timedelta(hours=1), coordinator.id, hotline.clock.now())
    rings_in(hotline)
    hotline.clock.advance(3601)
    hotline.calls(PRANKSTER)
    flag = block(hotline, first.contact_id, coordinator)
    rings_in(hotline)
    with transaction():
        lift_flag(flag, coordinator.id, hotline.clock.now())
    hotline.calls(PRANKSTER)


@pytest.mark.parametrize("words", ["halo halo", "tolong, dia mau bunuh saya"])
def test_messages_of_a_blocked_number_are_kept_and_emergencies_rise(hotline: Hotline, words: str) -> None:
    psychologist, coordinator = hotline.psychologist(), hotline.someone("coordinator", None)
    block(hotline, recorded(hotline, psychologist, "abusive").contact_id, coordinator)
    answer = hotline.twilio.message(words, PRANKSTER)
    conversation = hotline.only_conversation()
    assert [m.direction for m in hotline.messages()] == ["in", "auto"]
    assert b"112" in answer.data
    assert conversation.from_blocked
    hotline.pass_seconds(3)
    conversation = hotline.only_conversation()
    grave = "bunuh" in words
    assert (conversation.emergency_at is not None) == grave
    offered = hotline.offers(Caller("", PRANKSTER, conversation.id))
    assert bool(offered) == grave, "nobody is asked to take it, unless it is an emergency"


def test_messages_unfold_when_the_block_is_over(hotline: Hotline) -> None:
    psychologist, coordinator = hotline.psychologist(), hotline.someone("coordinator", None)
    flag = block(hotline, recorded(hotline, psychologist, "abusive").contact_id, coordinator)
    hotline.twilio.message("halo", PRANKSTER)
    with transaction():
        lift_flag(flag, coordinator.id, hotline.clock.now())
    hotline.twilio.message("halo lagi", PRANKSTER)
    hotline.pass_seconds(2)
    contact = db.session.scalars(select(Contact).where(Contact.channel == "whatsapp")).one()
    assert not contact.from_blocked
    assert hotline.offers(Caller("", PRANKSTER, contact.id))
