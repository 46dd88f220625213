"""A coordinator listens, never in secret; an interpreter or 112 is called in."""

from __future__ import annotations

import uuid

import pytest

from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.intake.actions.add_third_party import add_third_party
from tesa.intake.actions.ask_colleague import ask_coordinators, listen_in
from tesa.intake.actions.call_third_party import call_third_party, call_typed_number, remove_participant
from tesa.intake.actions.change_listening import change_listening
from tesa.intake.actions.press_digits import press_digits
from tesa.telephony.gateway import AddParticipant, Announce, ChangeParticipant, EndCall, PlaceCall, RedirectCall
from tests.stories.line import Hotline, said
from tests.stories.talking import ROOM, Talk


def test_listening_whispering_speaking(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    coordinator = hotline.someone("coordinator", tier=None)
    with transaction():
        listen_in(talk.locked(), coordinator.id, hotline.clock.now())
    hotline.tick()
    hotline.picks_up(coordinator)
    room = hotline.presses(coordinator).find("Dial/Conference")
    hotline.tick()
    assert room.attrib["muted"] == "true"
    (told,) = talk.told(Announce)
    assert told.who == talk.leg("psychologist").call_sid, "she hears that somebody listens, and only she"
    assert "mendengarkan" in hotline.twilio.post(told.url, CallSid=told.who).text
    assert "listening" in talk.codes()
    change(talk, "whispers")
    assert hers(talk) == (False, talk.leg("psychologist").call_sid)
    change(talk, "speaks")
    assert hers(talk) == (False, ""), "everybody hears her"
    assert talk.client_held() is False
    talk.drops(coordinator)
    assert (talk.contact().state, talk.leg("supervisor").state) == ("in_progress", "left")


def change(talk: Talk, way: str) -> None:
    with transaction():
        change_listening(talk.leg("supervisor"), way, talk.line.clock.now())
    talk.line.tick()


def hers(talk: Talk) -> tuple[bool | None, str | None]:
    """How Twilio was told last to let the coordinator be heard."""
    sid = talk.leg("supervisor").call_sid
    told = [r for r in talk.told(ChangeParticipant) if r.who == sid][-1]
    return told.muted, told.coach


def test_the_first_coordinator_who_comes_is_enough(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    two = [hotline.someone("coordinator", tier=3) for _ in range(2)]
    assert talk.does(ask_coordinators, talk.first.id) == 2
    hotline.picks_up(two[0])
    room = hotline.presses(two[0]).find("Dial/Conference")
    hotline.tick()
    assert "muted" not in room.attrib
    assert hotline.gateway.sid_of(two[1].number) in [r.call_sid for r in talk.told(EndCall)]


def listed(hotline: Hotline, short_name: str, number: str) -> uuid.UUID:
    administrator = hotline.someone("administrator", tier=None)
    with transaction():
        return add_third_party(short_name, "Jawa", "Juru bahasa", number, administrator.id, hotline.clock.now())


def test_112_is_put_into_the_room_by_its_full_number(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    with pytest.raises(RuleBroken, match="Nomor pendek"):
        talk.does(call_typed_number, "112", talk.first.id)
    leg = talk.does(call_third_party, listed(hotline, "112", "+622188880112"), talk.first.id)
    (added,) = talk.told(AddParticipant)
    assert (added.room, added.to) == (ROOM, "+622188880112")
    talk.event("participant-join", added.label, CallSid="CA" + "8" * 32)
    assert talk.leg("third").state == "joined"
    talk.at_leg(leg, "status", CallStatus="completed")
    talk.at_leg(leg, "status", CallStatus="in-progress")
    assert (talk.leg("third").state, talk.contact().state) == ("left", "in_progress")


def test_an_interpreter_presses_a_key_and_gets_keys(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    leg = talk.does(call_third_party, listed(hotline, "interpreter", "+6281377700001"), talk.first.id)
    assert [r.to for r in talk.told(PlaceCall)] == ["+6281377700001"]
    assert talk.at_leg(leg, "", CallStatus="in-progress").find("Dial") is None, "a voicemail hears nothing of the talk"
    assert talk.at_leg(leg, "key", Digits="1").find("Dial/Conference") is not None
    talk.does(lambda contact, *given: press_digits(talk.leg("third"), *given), "12#", talk.first.id)
    (led,) = talk.told(RedirectCall)
    keys = talk.at_leg(talk.leg("third"), "digits")
    assert led.url.endswith("/digits")
    assert [child.tag for child in keys] == ["Play", "Dial"]
    assert keys[0].attrib["digits"] == "w12#"
    talk.does(lambda contact, *given: remove_participant(contact, talk.leg("third"), *given), talk.first.id)
    assert talk.told(EndCall)[-1].call_sid == talk.leg("third").call_sid


def test_a_third_party_that_does_not_answer(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    leg = talk.does(call_typed_number, "0813 7770 0002", talk.first.id)
    talk.at_leg(leg, "status", CallStatus="busy")
    assert (talk.leg("third").state, talk.leg("third").left_by) == ("failed", "busy")
    assert said(talk.at_leg(leg, "", CallStatus="in-progress")).startswith("Sambungan sudah ditutup")
