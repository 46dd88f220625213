"""Twilio cannot use our documents: she is led to a person directly, and nobody takes her out of that talk."""

from __future__ import annotations

from tests.stories.line import Hotline


def test_the_fallback_stops_the_ladder_and_a_person_looks_afterwards(hotline: Hotline) -> None:
    person, other = hotline.psychologist(), hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    first = person if hotline.rings(person.number) else other
    document = hotline.twilio.voice(caller.number, caller.sid, "/twilio/voice/fallback", ErrorCode="11200")
    assert person.number in document.text
    assert other.number in document.text
    hotline.tick()
    assert hotline.gateway.ended == [hotline.gateway.sid_of(first.number)]
    hotline.pass_seconds(30)
    assert len(hotline.gateway.rung) == 1, "the ladder has stopped"
    assert hotline.presses(first).find("Dial") is None, "a late key takes nobody"
    hotline.caller_status(caller, "completed")
    assert hotline.contact(caller).state == "call_back"
    assert hotline.task(caller) is not None


def test_a_broken_queue_leads_to_the_duty_phones(hotline: Hotline) -> None:
    person = hotline.psychologist()
    for result in ("error", "system-error", "queue-full"):
        caller = hotline.calls(f"+62812900{len(result):05d}")
        document = hotline.leaves_queue(caller, result)
        assert next(n.text for n in document.iter("Number")) == person.number
