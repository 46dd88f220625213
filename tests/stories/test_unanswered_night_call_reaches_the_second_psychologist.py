"""At 03.10 a caller waits; the first psychologist sleeps, the second answers."""

from __future__ import annotations

from tesa.intake import prompts
from tests.stories.line import Hotline
from tests.support.settings import COORDINATOR_NUMBERS


def test_first_is_rung_during_the_greeting_second_five_seconds_later_and_answers(hotline: Hotline) -> None:
    first, second = hotline.psychologist(), hotline.psychologist()
    caller = hotline.calls()
    assert "Halo" in caller.heard[0]
    hotline.tick()
    assert hotline.gateway.rung == []
    hotline.pass_seconds(5)
    assert len(hotline.gateway.rung) == 1
    hotline.pass_seconds(1)
    assert set(hotline.gateway.rung) == {first.number, second.number}
    later = second if hotline.gateway.rung[1] == second.number else first
    earlier = first if later is second else second

    hotline.answers(later, caller)
    contact = hotline.contact(caller)
    assert (contact.state, contact.psychologist_id) == ("in_progress", later.id)
    assert hotline.gateway.ended == [hotline.gateway.sid_of(earlier.number)]
    outcomes = {o.account_id: o.outcome for o in hotline.offers(caller)}
    assert outcomes == {later.id: "accepted", earlier.id: "cancelled"}

    hotline.caller_status(caller, "completed")
    assert hotline.contact(caller).state == "to_record"


def test_the_greeting_takes_at_most_four_seconds_and_the_keys_are_told(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls()
    assert len(caller.heard[0].split()) <= 10  # two and a half words a second
    hotline.clock.advance(5)
    hotline.waits(caller)
    assert caller.heard[1] == f"{prompts.FOR_ENGLISH.english} {prompts.PRIVACY}"
    hotline.clock.advance(6)
    hotline.waits(caller)
    assert "tekan 0" in caller.heard[2]


def test_nobody_answers_all_the_way_up(hotline: Hotline) -> None:
    people = [hotline.psychologist() for _ in range(3)]
    back_up = hotline.psychologist(tier=2)
    caller = hotline.calls()
    hotline.pass_seconds(14)
    assert {p.number for p in people} == set(hotline.gateway.rung)
    assert hotline.rings(back_up.number) == 0
    hotline.pass_seconds(1)
    assert hotline.rings(back_up.number) == 1
    for person in [*people, back_up]:
        hotline.leg_status(person, "no-answer")
    hotline.pass_seconds(36)
    assert set(COORDINATOR_NUMBERS) <= set(hotline.gateway.rung)
    assert all(hotline.rings(p.number) >= 2 for p in people)
    hotline.clock.set(hotline.contact(caller).opened_at)
    hotline.clock.advance(80)
    hotline.waits(caller)
    hotline.clock.advance(11)
    hotline.waits(caller)
    assert any("Tekan 2 bila ingin ditelepon kembali, 9" in heard for heard in caller.heard)


def test_the_caller_waits_while_the_page_acceptance_is_not_picked_up(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.picks_up(person)
    assert hotline.presses(person, "2").find("Hangup") is not None
    assert [o.outcome for o in hotline.offers(caller)] == ["declined"]


def test_her_number_never_reaches_the_psychologists_telephone(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls("+6281290000077")
    hotline.pass_seconds(4)
    ring = hotline.gateway.calls[0]
    assert caller.number not in repr(ring)
    assert caller.number[1:] not in ring.url


def test_who_is_connected_at_once_hears_first_that_the_call_is_confidential(hotline: Hotline) -> None:
    for seconds, emergency, expected in ((5, False, ["Say", "Dial"]), (5, True, ["Dial"]), (20, False, ["Dial"])):
        psychologist = hotline.psychologist()
        caller = hotline.calls(f"+62812900001{seconds:02d}{int(emergency)}")
        if emergency:
            hotline.keys(caller, "0")
        hotline.pass_seconds(seconds)
        hotline.picks_up(psychologist)
        hotline.presses(psychologist)
        assert [verb.tag for verb in hotline.joins(caller)] == expected
        hotline.caller_status(caller, "completed")
        hotline.clock.advance(3600)
