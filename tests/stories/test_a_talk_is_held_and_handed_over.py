"""During a talk: hold, keys on the telephone, a warm hand-over that may go wrong, whoever hangs up."""

from __future__ import annotations

import pytest

from tesa.core.errors import Conflict, RuleBroken
from tesa.intake.actions.ask_colleague import ask_colleague
from tesa.intake.actions.end_talk import finish_talk
from tesa.intake.actions.hand_over import bring_together, hand_over
from tesa.intake.actions.shape_leg import hold_client
from tesa.psychologists.public import state_of
from tesa.telephony.gateway import ChangeParticipant, EndCall, RedirectCall, RemoveParticipant
from tests.stories.line import Hotline, said
from tests.stories.talking import ROOM, Talk


def handed(hotline: Hotline) -> tuple[Talk, object]:
    """A talk in which a colleague has been asked and has come."""
    first = hotline.psychologist()
    talk = Talk(hotline, first)
    second = hotline.psychologist()
    talk.does(ask_colleague, second.id, first.id)
    assert "mengalihkan" in said(hotline.picks_up(second))
    assert talk.client_held() is None, "she goes on speaking with the first one until the second is there"
    room = hotline.presses(second).find("Dial")
    assert room.attrib["hangupOnStar"] == "true"
    assert room.find("Conference").attrib["endConferenceOnExit"] == "false"
    hotline.tick()
    return talk, second


def test_hold_is_told_to_twilio_until_it_is_true(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    talk.does(hold_client, True, talk.first.id)
    (told,) = talk.told(ChangeParticipant)
    assert (told.room, told.who, told.hold) == (ROOM, talk.caller.sid, True)
    music = hotline.twilio.post(told.hold_url)
    assert "<Redirect" in music.text, "it goes on for as long as it takes"
    talk.event("participant-unhold", "klien", Hold="false")
    assert len(talk.told(ChangeParticipant)) == 2, "Twilio says otherwise: it is told again"
    talk.event("participant-hold", "klien", Hold="true")
    assert len(talk.told(ChangeParticipant)) == 2
    talk.does(hold_client, False, talk.first.id)
    assert talk.client_held() is False


def test_a_warm_hand_over(hotline: Hotline) -> None:
    talk, second = handed(hotline)
    assert talk.client_held() is True
    talk.does(bring_together, talk.first.id)
    assert talk.client_held() is False
    talk.does(hand_over, talk.first.id)
    contact = talk.contact()
    assert (contact.state, contact.psychologist_id) == ("in_progress", second.id)
    assert [r.who for r in talk.told(RemoveParticipant)] == [hotline.offers(talk.caller)[0].call_sid]
    talk.drops(talk.first)
    assert talk.contact().state == "in_progress", "the first one may go"
    assert state_of(talk.first.id, hotline.clock.now()) == "wrapup"
    talk.drops(second)
    assert talk.contact().first_to_ring_id == second.id, "from now on it is the second one's line that counts"


@pytest.mark.parametrize("how", ["declines", "misses"])
def test_a_hand_over_that_nobody_accepts(hotline: Hotline, how: str) -> None:
    first = hotline.psychologist()
    talk = Talk(hotline, first)
    second = hotline.psychologist()
    talk.does(ask_colleague, second.id, first.id)
    with pytest.raises(RuleBroken):
        talk.does(ask_colleague, second.id, first.id)
    if how == "declines":
        hotline.picks_up(second)
        hotline.presses(second, "2")
    else:
        hotline.leg_status(second, "no-answer")
    hotline.tick()
    assert talk.leg("transfer").state == "failed"
    assert (talk.contact().psychologist_id, talk.client_held()) == (first.id, None)
    assert state_of(second.id, hotline.clock.now()) == "free"
    other = Talk(hotline, second)
    with pytest.raises(Conflict):
        other.does(ask_colleague, first.id, second.id)


def test_the_colleague_leaves_before_she_has_it(hotline: Hotline) -> None:
    talk, second = handed(hotline)
    talk.drops(second)
    assert talk.client_held() is False
    assert talk.contact().psychologist_id == talk.first.id


def test_the_first_ones_line_breaks_off_while_the_colleague_is_there(hotline: Hotline) -> None:
    talk, second = handed(hotline)
    talk.drops(talk.first)
    assert (talk.contact().state, talk.contact().psychologist_id) == ("in_progress", second.id)
    assert talk.client_held() is False


def test_the_caller_hangs_up_while_two_speak(hotline: Hotline) -> None:
    talk, second = handed(hotline)
    colleague = talk.leg("transfer")
    hotline.caller_status(talk.caller, "completed")
    hotline.tick()
    assert talk.contact().state == "to_record"
    assert "ditutup" in said(talk.at_leg(colleague, "after"))
    assert state_of(second.id, hotline.clock.now()) == "free"
    hotline.pass_seconds(7)
    assert colleague.call_sid in [r.call_sid for r in talk.told(EndCall)], "a line that hangs is closed"


def test_the_psychologist_ends_it_and_the_client_hears_a_goodbye(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    talk.does(finish_talk, talk.first.id, "psychologist")
    (led,) = talk.told(RedirectCall)
    assert led.call_sid == talk.caller.sid
    assert "Terima kasih" in hotline.twilio.post(led.url, CallSid=led.call_sid, From="+62").text
    hotline.caller_status(talk.caller, "completed")
    assert (talk.contact().state, hotline.contact(talk.caller).ended_at is not None) == ("to_record", True)


def test_keys_on_her_telephone(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    menu = talk.presses_star()
    assert talk.client_held() is True, "music at once"
    assert menu.find("Gather") is not None
    back = talk.at_leg(talk.leg("psychologist"), "back")
    assert back.find("Dial/Conference") is not None, "nothing pressed: back to the talk"
    assert talk.client_held() is False
    talk.presses_star()
    talk.chooses("2")
    talk.at_leg(talk.leg("psychologist"), "back")
    assert talk.client_held() is True, "hold stays when she is back"
    talk.presses_star()
    talk.chooses("0")
    assert talk.contact().emergency_at is not None
    second = hotline.psychologist()
    talk.presses_star()
    assert "dihubungi" in said(talk.chooses("3"))
    assert hotline.rings(second.number) == 1
    coordinator = hotline.someone("coordinator", tier=3)
    talk.presses_star()
    talk.chooses("4")
    assert hotline.rings(coordinator.number) == 1
    talk.presses_star()
    assert talk.chooses("9").find("Hangup") is not None
    assert (talk.contact().state, "line_lost" in talk.codes()) == ("to_record", False)
    assert hotline.gateway.sid_of(second.number) in [r.call_sid for r in talk.told(EndCall)], "her phone stops"
