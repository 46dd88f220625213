"""She says nothing. Keys are her answers, and silence that repeats is not taken for a prank."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from tesa.accounts.models import Notice
from tesa.cases.actions.open_case import open_case
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake import prompts
from tesa.intake.actions.ask_by_key import ask_by_key
from tesa.intake.actions.finalize_contact import finalize_contact
from tesa.intake.models import ContactEvent
from tesa.intake.queries import locked
from tesa.telephony.gateway import ChangeParticipant, RedirectCall
from tesa.telephony.outbox import outbox
from tests.stories.line import Caller, Hotline, Someone, said

NUMBER = "+6281290000055"


def events(hotline: Hotline, caller: Caller) -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.scalars(
        select(ContactEvent).where(ContactEvent.contact_id == caller.contact_id).order_by(ContactEvent.at)
    )
    return [(row.code, row.detail.rpartition(" ")[2]) for row in rows]


def until_asked(hotline: Hotline, caller: Caller) -> Element:
    """She waits without a key until she is asked whether she can speak."""
    for _ in range(4):
        hotline.clock.advance(9)
        document = hotline.waits(caller)
        if prompts.CANNOT_SPEAK in said(document):
            return document
    raise AssertionError(caller.heard)


def in_talk(hotline: Hotline) -> tuple[Someone, Caller]:
    psychologist, caller = hotline.psychologist(), hotline.calls(NUMBER)
    hotline.pass_seconds(4)
    hotline.answers(psychologist, caller)
    return psychologist, caller


def leaves_room(hotline: Hotline, caller: Caller) -> None:
    """Twilio tells that her leg has left the conference."""
    path = f"/twilio/room/{caller.contact_id}/events"
    hotline.twilio.voice(
        caller.number, caller.sid, path, StatusCallbackEvent="participant-leave", ParticipantLabel="klien"
    )


def asks(hotline: Hotline, psychologist: Someone, caller: Caller, question: str = "ask_safe") -> str:
    """The psychologist lets her hear a question: where her line is led."""
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        ask_by_key(contact, question, psychologist.id, hotline.clock.now())
    hotline.gateway.forget()
    for _ in range(2):
        outbox().deliver_due(hotline.clock.now())
    let_go, led = [r for r in hotline.gateway.requests if isinstance(r, ChangeParticipant | RedirectCall)]
    assert isinstance(let_go, ChangeParticipant)
    assert let_go.ends_room is False  # else her leaving would end the talk
    assert isinstance(led, RedirectCall)
    assert led.call_sid == caller.sid
    return led.url.split(f"/{caller.contact_id}/")[1]


def test_any_key_says_that_she_cannot_speak(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls(NUMBER)
    document = until_asked(hotline, caller)
    assert document.find("Gather").attrib["action"].endswith("/quiet")
    answer = hotline.keys(caller, "2", "quiet")  # no call-back: here it means what any key means
    assert said(answer) == prompts.NEED_NOT_SPEAK
    assert answer.findtext("Redirect", "").endswith("/wait")
    contact = hotline.contact(caller)
    assert contact.silent_at == hotline.clock.now()
    assert (contact.state, contact.wants) == ("waiting", None)
    for _ in range(6):
        assert prompts.CANNOT_SPEAK not in said(hotline.waits(caller))


def test_her_call_is_never_closed_by_itself(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls("anonymous")  # whom nobody can call back: others' hang-ups are closed
    until_asked(hotline, caller)
    hotline.keys(caller, "8", "quiet")
    hotline.hangs_up(caller)
    assert (hotline.contact(caller).state, hotline.contact(caller).outcome) == ("call_back", None)


def test_zero_is_an_emergency_there_too(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls(NUMBER)
    until_asked(hotline, caller)
    assert said(hotline.keys(caller, "0", "quiet")) == prompts.EMERGENCY
    assert hotline.contact(caller).emergency_at is not None


@pytest.mark.parametrize(("key", "answer"), [("1", "yes"), ("2", "no"), ("7", "other"), ("0", "emergency")])
def test_she_is_asked_and_comes_back(hotline: Hotline, key: str, answer: str) -> None:
    psychologist, caller = in_talk(hotline)
    asked = asks(hotline, psychologist, caller)
    leaves_room(hotline, caller)  # she is led away: this is no hanging up
    assert hotline.contact(caller).state == "in_progress"
    document = hotline._of(caller, asked)
    assert said(document).startswith(f"{prompts.ASK_SAFE} {prompts.YES_OR_NO}")
    action = document.find("Gather").attrib["action"].split(f"/{caller.contact_id}/")[1]
    back = hotline.keys(caller, key, action)
    assert back.find("Dial/Conference") is not None
    assert hotline.keys(caller, "2", action).find("Dial/Conference") is not None  # the webhook comes twice
    codes = events(hotline, caller)
    assert ("asked_by_key", "ask_safe") in codes
    assert [detail for code, detail in codes if code == "answered_by_key"] == [answer]
    assert hotline.contact(caller).silent_at is not None
    assert (hotline.contact(caller).emergency_at is not None) == (key == "0")
    leaves_room(hotline, caller)
    assert hotline.contact(caller).state == "to_record"  # now it is


def test_no_key_is_no_answer_and_she_comes_back(hotline: Hotline) -> None:
    psychologist, caller = in_talk(hotline)
    document = hotline._of(caller, asks(hotline, psychologist, caller))
    last = document.findtext("Redirect", "").split(f"/{caller.contact_id}/")[1]
    assert hotline._of(caller, last).find("Dial/Conference") is not None
    assert ("answered_by_key", "none") in events(hotline, caller)
    assert hotline.contact(caller).silent_at is None


def test_a_question_that_cannot_be_put_is_said_to_be_unheard(hotline: Hotline) -> None:
    psychologist, caller = in_talk(hotline)
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        ask_by_key(contact, "ask_help", psychologist.id, hotline.clock.now())
    hotline.gateway.refuse("20404", meant=lambda request: isinstance(request, ChangeParticipant))
    outbox().deliver_due(hotline.clock.now())
    assert ("answered_by_key", "not_heard") in events(hotline, caller)
    assert hotline.contact(caller).state == "in_progress"


def grave_case(hotline: Hotline, owner: Someone, number: str = NUMBER) -> None:
    caller = hotline.calls(number)
    with transaction():
        open_case(
            person_id=None, name="Melati", number=number, contact_id=caller.contact_id, owner_id=owner.id,
            risk="high", now=hotline.clock.now(),
        )  # fmt: skip
    hotline.keys(caller, "1")  # she can press keys: this call is not a silent one
    hotline.hangs_up(caller)


def told(hotline: Hotline) -> set[object]:
    db.session.rollback()
    return set(db.session.scalars(select(Notice.account_id).where(Notice.kind == "intake.silent_again", Notice.urgent)))


def test_two_silent_calls_of_a_grave_case_are_told(hotline: Hotline) -> None:
    owner, coordinator = hotline.psychologist(), hotline.someone("coordinator", 3)
    asleep = hotline.someone("coordinator", None)
    grave_case(hotline, owner)
    hotline.clock.advance(3600)
    first = hotline.calls(NUMBER)
    hotline.hangs_up(first)
    assert told(hotline) == set()
    hotline.clock.advance(3600)
    second = hotline.calls(NUMBER)
    until_asked(hotline, second)
    hotline.keys(second, "5", "quiet")
    assert told(hotline) == {owner.id, coordinator.id}
    assert asleep.id not in told(hotline)
    assert hotline.contact(second).risk == "high"
    hotline.hangs_up(second)
    contact = hotline.contact(second)
    assert (contact.state, contact.outcome) == ("call_back", None)  # a person looks; it is no prank by itself
    assert len(told(hotline)) == 2


def test_silent_calls_of_others_are_told_to_nobody(hotline: Hotline) -> None:
    owner = hotline.psychologist()
    grave_case(hotline, owner)
    for _ in range(3):
        hotline.hangs_up(hotline.calls("+6281290000056"))
        hotline.clock.advance(600)
    assert told(hotline) == set()
    hotline.hangs_up(hotline.calls(NUMBER))
    hotline.clock.advance(25 * 3600)
    hotline.hangs_up(hotline.calls(NUMBER))  # a day later is not "again"
    assert told(hotline) == set()


def test_a_talk_that_was_silent_counts(hotline: Hotline) -> None:
    psychologist, caller = in_talk(hotline)
    grave_case(hotline, psychologist)
    hotline.hangs_up(hotline.calls(NUMBER))
    hotline.caller_status(caller, "completed")
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        finalize_contact(contact, "silent", [], psychologist.id, hotline.clock.now())
    assert told(hotline) == set()  # the later silent call was the first of the two when it came
    hotline.hangs_up(hotline.calls(NUMBER))
    assert told(hotline)
