"""Plans become the TwiML that Twilio knows."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring

from tesa.telephony import plans, twiml


def document(*verbs: plans.Verb):
    return fromstring(twiml.render(verbs))


def test_an_empty_plan_is_an_empty_response() -> None:
    assert document().tag == "Response"
    assert len(document()) == 0


def test_a_key_may_be_pressed_at_any_time_and_hash_counts_as_one() -> None:
    gather = document(plans.Gather("http://x/key", (plans.Say("Halo"), plans.Pause(2))))[0]
    assert gather.attrib == {
        "action": "http://x/key", "method": "POST", "input": "dtmf", "numDigits": "1", "timeout": "3", "finishOnKey": "",
    }  # fmt: skip
    assert [child.tag for child in gather] == ["Say", "Pause"]


def test_indonesian_is_spoken_by_an_indonesian_voice() -> None:
    say = document(plans.Say("Halo"))[0]
    assert say.attrib["language"] == "id-ID"
    assert say.attrib["voice"].startswith("Google.id-ID-")


def test_the_room_is_entered_without_a_beep_and_ends_with_whoever_leaves() -> None:
    room = document(plans.JoinConference("r", "klien", "http://x/a", "http://x/e", "http://x/w"))[0][0]
    assert (room.tag, room.text, room.attrib["beep"]) == ("Conference", "r", "false")
    assert room.attrib["endConferenceOnExit"] == "true"
    assert room.attrib["statusCallbackEvent"] == "start end join leave mute hold modify"


def test_the_last_resort_rings_one_after_the_other_under_our_own_number() -> None:
    dial = document(plans.DialNumbers(("+6281", "+6282"), "+6221"))[0]
    assert (dial.attrib["sequential"], dial.attrib["callerId"], dial.attrib["timeout"]) == ("true", "+6221", "15")
    assert [number.text for number in dial] == ["+6281", "+6282"]


@pytest.mark.parametrize("text", ["<b>&\"'", "\x00\x1b[31m", "\ud800", "{{7*7}}", "</Say><Hangup/>"])
def test_odd_text_stays_text(text: str) -> None:
    say = document(plans.Say("a" + text + "z"))[0]
    assert (say.text or "").startswith("a")
    assert (say.text or "").endswith("z")
    assert len(say) == 0


def test_a_reply_is_a_messaging_document() -> None:
    message = document(plans.Reply("Terima kasih", "http://x/s"))[0]
    assert (message.tag, message.text, message.attrib) == ("Message", "Terima kasih", {"statusCallback": "http://x/s"})


def test_voice_verbs_do_not_belong_beside_a_reply() -> None:
    with pytest.raises(TypeError):
        twiml.render((plans.Reply("x"), plans.Hangup()))
