"""However many phones ring and keys are pressed at once: one caller, one psychologist, nobody lost."""

from __future__ import annotations

from tests.stories.line import Hotline


def test_two_accept_at_once(hotline: Hotline) -> None:
    first, second = hotline.psychologist(), hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(9)
    hotline.picks_up(first)
    hotline.picks_up(second)
    assert hotline.presses(first).find("Dial/Conference") is not None
    too_late = hotline.presses(second)
    assert too_late.find("Dial") is None
    assert too_late[-1].tag == "Hangup"
    assert hotline.contact(caller).psychologist_id == first.id


def test_pressing_twice_gives_the_same_room_twice(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.picks_up(person)
    rooms = [hotline.presses(person).find("Dial/Conference").text for _ in range(2)]
    assert rooms == [f"kontak-{caller.contact_id}"] * 2
    hotline.tick()
    assert len(hotline.gateway.led) == 1


def test_the_caller_left_just_before_the_key(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.picks_up(person)
    hotline.gateway.refuse("20404", meant=lambda r: type(r).__name__ == "Dequeue")
    assert hotline.presses(person).find("Dial/Conference") is not None
    hotline.tick()
    hotline.tick()
    assert hotline.contact(caller).state == "call_back"
    assert hotline.task(caller) is not None
    assert [type(r).__name__ for r in hotline.gateway.led] == ["Dequeue", "RedirectCall"], "she is told"
    hotline.calls("+6281290000002")
    hotline.pass_seconds(4)
    assert hotline.rings(person.number) == 2, "and she is free again"


def test_an_acceptance_that_never_connects_is_undone(hotline: Hotline) -> None:
    person, other = hotline.psychologist(), hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(9)
    hotline.picks_up(person)
    hotline.gateway.hang(meant=lambda r: type(r).__name__ == "Dequeue", times=99)
    hotline.presses(person)
    for _ in range(3):
        hotline.pass_seconds(10)
        hotline.waits(caller)
    assert hotline.contact(caller).state == "waiting"
    assert hotline.rings(other.number) >= 1


def test_a_lost_last_callback_does_not_leave_her_in_limbo(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(90)
    assert hotline.contact(caller).state == "call_back"


def test_a_lost_end_of_a_talk_is_found_out(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.answers(person, caller)
    hotline.gateway.statuses[caller.sid] = "completed"
    hotline.pass_seconds(62)
    assert hotline.contact(caller).state == "to_record"


def test_the_same_call_asked_for_twenty_times_is_one_contact(hotline: Hotline) -> None:
    caller = hotline.calls()
    for _ in range(20):
        response = hotline.twilio.voice(caller.number, caller.sid)
        assert str(caller.contact_id) in response.text


def test_the_shift_changes_while_it_rings(hotline: Hotline) -> None:
    leaving = hotline.psychologist(hours=(-8, 6 / 3600))
    coming = hotline.psychologist(hours=(6 / 3600, 8))
    caller = hotline.calls()
    hotline.pass_seconds(9)
    assert hotline.rings(coming.number) == 1
    hotline.answers(coming, caller)
    assert hotline.contact(caller).psychologist_id == coming.id
    assert hotline.rings(leaving.number) <= 1
