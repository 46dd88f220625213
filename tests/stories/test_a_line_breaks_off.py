"""The psychologist's line breaks off in the middle of a talk: the caller is never dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tesa.core.transactions import transaction
from tesa.intake.actions.rejoin_room import rejoin_room
from tesa.telephony.gateway import CheckCall, RedirectCall
from tesa.telephony.plans import JoinConference
from tests.stories.line import Hotline, said
from tests.stories.talking import Talk


def back_in_queue(talk: Talk) -> str:
    """She is led out of the conference; what she hears."""
    (led,) = [r for r in talk.told(RedirectCall) if r.call_sid == talk.caller.sid]
    document = talk.line._of(talk.caller, led.url.rsplit("/", 1)[-1])
    assert document.find("Enqueue") is not None
    return said(document)


def test_the_caller_waits_first_and_the_same_one_is_rung_at_once(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    hotline.pass_seconds(20)
    other = hotline.psychologist()
    talk.drops(talk.first)
    contact = talk.contact()
    assert (contact.state, contact.first_to_ring_id, contact.waiting_since) == (
        "waiting", talk.first.id, contact.opened_at,
    )  # fmt: skip
    assert hotline.rings(talk.first.number) == 2, "in the same second"
    assert "terputus" in back_in_queue(talk)
    hotline.waits(talk.caller)
    hotline.pass_seconds(5)
    assert hotline.rings(other.number) == 1, "the others follow by the ladder"
    assert "3 bila sudah selesai" in said(hotline.picks_up(talk.first))
    hotline.presses(talk.first)
    hotline.tick()
    room = hotline.joins(talk.caller).find("Dial/Conference").text
    assert room == f"kontak-{talk.caller.contact_id}-2", (
        "late news of the first room cannot be taken for news of this one"
    )
    talk.event("participant-leave", "klien", FriendlyName=room[:-2], ReasonParticipantLeft="participant_hung_up")
    assert talk.contact().state == "in_progress"


def test_she_is_rung_first_though_her_shift_is_over(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist(hours=(-2, 10 / 3600)))
    hotline.psychologist()
    hotline.pass_seconds(20)
    talk.drops(talk.first)
    assert hotline.gateway.rung[-1] == talk.first.number


@pytest.mark.parametrize("way", ["phone", "caller"])
def test_they_had_finished(hotline: Hotline, way: str) -> None:
    talk = Talk(hotline, hotline.psychologist())
    talk.drops(talk.first)
    if way == "phone":
        hotline.picks_up(talk.first)
        assert "ditutup" in said(hotline.presses(talk.first, "3"))
        hotline.tick()
        assert talk.told(RedirectCall)[-1].url.endswith("/bye")
        assert (talk.contact().state, talk.contact().psychologist_id) == ("to_record", talk.first.id)
    else:
        hotline.hangs_up(talk.caller)
        assert (talk.contact().state, talk.contact().psychologist_id) == ("to_record", talk.first.id)


def test_whoever_stays_on_and_then_hangs_up_is_owed_a_call(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    talk.drops(talk.first)
    hotline.pass_seconds(35)
    hotline.hangs_up(talk.caller)
    assert talk.contact().state == "call_back"


def test_a_drop_that_twilio_never_told_is_found_out(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    hotline.gateway.statuses[hotline.gateway.sid_of(talk.first.number)] = "completed"
    talk.event("participant-leave", f"konselor-{talk.contact().taken_offer_id}")
    assert talk.contact().state == "in_progress", "she may be at her keys"
    hotline.pass_seconds(4)
    assert len(talk.told(CheckCall)) == 2
    assert (talk.contact().state, talk.contact().first_to_ring_id) == ("waiting", talk.first.id)


def test_a_page_that_is_loaded_anew_does_not_lose_the_talk(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    with transaction():
        leg = talk.leg("psychologist")
        leg.device, leg.muted = "browser", True
    talk.drops(talk.first)
    assert (talk.contact().state, talk.client_held()) == ("in_progress", True)
    hotline.pass_seconds(8)
    with transaction():
        (plan,) = rejoin_room(talk.caller.contact_id, talk.first.id, hotline.clock.now(), "CA" + "7" * 32)
    hotline.tick()
    assert isinstance(plan, JoinConference)
    assert plan.muted
    assert talk.client_held() is False
    hotline.pass_seconds(30)
    assert (talk.contact().state, hotline.rings(talk.first.number)) == ("in_progress", 1)


def test_a_browser_that_stays_away_is_a_line_that_broke_off(hotline: Hotline) -> None:
    talk = Talk(hotline, hotline.psychologist())
    with transaction():
        talk.leg("psychologist").device = "browser"
    talk.drops(talk.first)
    hotline.pass_seconds(9)
    assert talk.contact().state == "in_progress"
    hotline.pass_seconds(2)
    assert (talk.contact().state, hotline.rings(talk.first.number)) == ("waiting", 2)


def test_the_drop_comes_before_the_caller_is_there(hotline: Hotline) -> None:
    first = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.picks_up(first)
    hotline.presses(first)
    hotline.leg_status(first, "completed", 4)
    assert hotline.contact(caller).state == "waiting"
    assert hotline.joins(caller).find("Enqueue") is not None, "not into an empty room"
    assert hotline.clock.now() - hotline.contact(caller).waiting_since > timedelta(0)
