"""The hotline's whole path: wait in a queue, ring a psychologist, key 1, claim, talk in a conference, hang up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from twilio.base.exceptions import TwilioRestException

if TYPE_CHECKING:
    from tests.telephony.practice.conftest import Stage

JOIN = (
    '<Dial action="/after"><Conference participantLabel="{label}" endConferenceOnExit="true" waitUrl="/room-wait" '
    'statusCallback="/room" statusCallbackEvent="start end join leave">kasus-1</Conference></Dial>'
)
EVENTS = ["initiated", "ringing", "answered", "completed"]


def lay_out(stage: Stage) -> None:
    """The documents of a small hotline."""
    stage.tesa.documents |= {
        "/twilio/voice": "<Say>Selamat datang</Say><Enqueue waitUrl='/wait' action='/left'>hotline</Enqueue>",
        "/wait": "<Gather action='/key' numDigits='1'><Say>Tetaplah bersama kami</Say></Gather>",
        "/offer": "<Gather action='/accept' numDigits='1' timeout='500'><Say>Tekan 1</Say></Gather><Hangup/>",
        "/accept": JOIN.format(label="psikolog"),
        "/join": JOIN.format(label="klien"),
        "/room-wait": "<Say>Sebentar</Say><Pause length='20'/>",
        "/after": "<Say>Terima kasih</Say>",
    }


def ring(stage: Stage, number: str, timeout: int = 300) -> str:
    """TeSA rings a psychologist."""
    call = stage.twilio.calls.create(
        to=number,
        from_=stage.HOTLINE,
        url=f"{stage.tesa.url}/offer",
        status_callback=f"{stage.tesa.url}/progress",
        status_callback_event=EVENTS,
        timeout=timeout,
    )
    assert call.status == "queued"
    return str(call.sid)


def claim(stage: Stage, caller: str) -> None:
    """TeSA takes the caller out of the queue."""
    queue = next(queue for queue in stage.twilio.queues.list() if queue.friendly_name == "hotline")
    stage.twilio.queues(queue.sid).members(caller).update(url=f"{stage.tesa.url}/join", method="POST")


def test_from_dialling_to_hanging_up(stage: Stage) -> None:
    lay_out(stage)
    caller = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Tetaplah bersama kami")
    offer = ring(stage, stage.FIRST)
    stage.rings(stage.FIRST)
    stage.people.phone(stage.FIRST, "pick-up")
    stage.listens(stage.FIRST)
    stage.people.phone(stage.FIRST, "press", keys="1")
    assert stage.tesa.one("/accept")["Digits"] == "1"
    stage.hears(stage.FIRST, "Sebentar")
    claim(stage, caller)
    stage.hears(stage.CALLER, "Kini tersambung")
    stage.hears(stage.FIRST, "Kini tersambung")
    room = stage.twilio.conferences.list(friendly_name="kasus-1", status="in-progress")[0]
    assert {one.label for one in stage.twilio.conferences(room.sid).participants.list()} == {"psikolog", "klien"}

    assert stage.people.phone(stage.CALLER, "say", words="Saya takut pulang")["heard_by"] == 1
    stage.hears(stage.FIRST, "Saya takut pulang")
    stage.people.hang_up(caller)

    assert stage.people.wait(caller)["status"] == "completed"
    assert stage.people.wait(offer)["status"] == "completed"
    left = stage.tesa.one("/left")
    assert (left["QueueResult"], left["CallSid"]) == ("redirected", caller)
    stage.tesa.one("/twilio/voice/status", CallStatus="completed")
    progress = stage.until(lambda: f if len(f := stage.tesa.forms("/progress")) == 4 else None)
    assert [form["CallStatus"] for form in progress] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in progress] == ["0", "1", "2", "3"]
    assert int(progress[-1]["CallDuration"]) >= 1
    room_events = [form["StatusCallbackEvent"] for form in stage.tesa.forms("/room")]
    assert room_events == ["participant-join", "participant-join", "conference-start"] + ["participant-leave"] * 2 + [
        "conference-end"
    ]
    assert stage.tesa.one("/room", StatusCallbackEvent="conference-end")["CallSidEndingConference"] == caller
    assert stage.tesa.one("/after", CallSid=offer)["DialCallStatus"] == "answered"
    assert all(asked.signed for asked in stage.tesa.asked)
    assert len({asked.token for asked in stage.tesa.asked}) == len(stage.tesa.asked)
    assert stage.errors() == []


def test_only_one_of_two_takes_the_caller_out_of_the_queue(stage: Stage) -> None:
    lay_out(stage)
    caller = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Tetaplah bersama kami")
    claim(stage, caller)
    with pytest.raises(TwilioRestException) as refused:
        claim(stage, caller)
    assert (refused.value.status, refused.value.code) == (404, 20404)
    stage.hears(stage.CALLER, "Sebentar")


def test_of_many_who_claim_at_the_same_moment_exactly_one_succeeds(stage: Stage) -> None:
    lay_out(stage)
    caller = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Tetaplah bersama kami")
    codes: list[int] = []

    def try_it() -> None:
        try:
            claim(stage, caller)
        except TwilioRestException as refused:
            codes.append(refused.code)
        else:
            codes.append(0)

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0] + [20404] * 7
    stage.hears(stage.CALLER, "Sebentar")
    assert len(stage.tesa.forms("/join")) == 1


def test_a_phone_that_nobody_picks_up_is_no_answer_after_the_timeout(stage: Stage) -> None:
    lay_out(stage)
    offer = ring(stage, stage.FIRST, timeout=15)
    assert stage.people.wait(offer)["status"] == "no-answer"
    last = stage.tesa.one("/progress", CallStatus="no-answer")
    assert (last["SipResponseCode"], last["CallDuration"]) == ("487", "0")
    assert stage.tesa.forms("/offer") == []


def test_a_voicemail_picks_up_and_presses_nothing(stage: Stage) -> None:
    lay_out(stage)
    stage.tesa.documents["/offer"] = "<Gather action='/accept' timeout='5'><Say>Tekan 1</Say></Gather><Hangup/>"
    stage.people.phone(stage.FIRST, "habit", habit="voicemail", after=3)
    offer = ring(stage, stage.FIRST)
    assert stage.people.wait(offer)["status"] == "completed"
    stage.tesa.one("/progress", CallStatus="in-progress")
    stage.tesa.one("/offer")
    assert stage.tesa.forms("/accept") == []


def test_a_phone_in_a_call_is_busy_and_a_rejecting_one_too(stage: Stage) -> None:
    lay_out(stage)
    first = ring(stage, stage.FIRST)
    stage.rings(stage.FIRST)
    assert stage.people.wait(ring(stage, stage.FIRST))["status"] == "busy"
    stage.people.phone(stage.FIRST, "reject")
    assert stage.people.wait(first)["status"] == "busy"


def test_a_ringing_phone_stops_when_tesa_cancels(stage: Stage) -> None:
    lay_out(stage)
    offer = ring(stage, stage.SECOND)
    stage.rings(stage.SECOND)
    stage.twilio.calls(offer).update(status="canceled")
    assert stage.people.wait(offer)["status"] == "canceled"
    with pytest.raises(TwilioRestException) as refused:
        stage.twilio.calls(offer).update(status="completed")
    assert refused.value.code == 21220
    assert stage.twilio.calls(offer).fetch().status == "canceled"


def test_a_caller_who_gives_up_in_the_queue(stage: Stage) -> None:
    lay_out(stage)
    caller = stage.people.call(stage.CALLER, patience=60)
    stage.hears(stage.CALLER, "Tetaplah bersama kami")
    assert stage.people.wait(caller)["status"] == "completed"
    left = stage.tesa.one("/left")
    assert (left["QueueResult"], left["CallStatus"]) == ("hangup", "completed")
    assert int(left["QueueTime"]) >= 1
    stage.tesa.one("/twilio/voice/status", CallStatus="completed")
    queue = stage.twilio.queues.list()[0]
    assert queue.current_size == 0


def test_a_held_client_hears_the_hold_document_and_the_room_is_ended_by_rest(stage: Stage) -> None:
    lay_out(stage)
    stage.tesa.documents["/hold"] = "<Say>Mohon tunggu</Say><Pause length='600'/>"
    caller = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Tetaplah bersama kami")
    claim(stage, caller)
    stage.hears(stage.CALLER, "Sebentar")
    second = stage.twilio.conferences("kasus-1").participants.create(
        from_=stage.HOTLINE, to=stage.SECOND, label="kedua", timeout=300
    )
    stage.rings(stage.SECOND)
    stage.people.phone(stage.SECOND, "pick-up")
    stage.hears(stage.SECOND, "Kini tersambung")
    room = stage.twilio.conferences("kasus-1")
    room.participants("klien").update(hold=True, hold_url=f"{stage.tesa.url}/hold", hold_method="POST")
    stage.hears(stage.CALLER, "Mohon tunggu")
    assert stage.people.phone(stage.CALLER, "say", words="Halo?")["heard_by"] == 0
    room.participants("klien").update(hold=False)
    stage.hears(stage.CALLER, "Tersambung lagi")
    assert stage.people.phone(stage.SECOND, "say", words="Kami di sini")["heard_by"] == 1
    stage.twilio.conferences(room.fetch().sid).update(status="completed")
    assert stage.people.wait(str(second.call_sid))["status"] == "completed"
    stage.tesa.one("/after", CallSid=caller)
    assert stage.people.wait(caller)["status"] == "completed"


def test_one_is_told_something_another_is_coached_and_the_star_leads_out(stage: Stage) -> None:
    lay_out(stage)
    stage.tesa.documents |= {
        "/accept": JOIN.format(label="psikolog")
        .replace("<Dial", "<Dial hangupOnStar='true'")
        .replace('OnExit="true"', 'OnExit="false"'),
        "/after": "<Gather action='/chosen' timeout='500'><Say>Pilih satu tombol</Say></Gather>",
        "/told": "<Say>Seseorang ikut mendengarkan</Say>",
    }
    caller = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Tetaplah bersama kami")
    first = ring(stage, stage.FIRST)
    stage.rings(stage.FIRST)
    stage.people.phone(stage.FIRST, "pick-up")
    stage.listens(stage.FIRST)
    stage.people.phone(stage.FIRST, "press", keys="1")
    stage.hears(stage.FIRST, "Sebentar")
    claim(stage, caller)
    stage.hears(stage.FIRST, "Kini tersambung")
    room = stage.twilio.conferences("kasus-1")
    room.participants.create(
        from_=stage.HOTLINE, to=stage.SECOND, coaching=True, call_sid_to_coach=first, label="koordinator", timeout=300
    )
    stage.rings(stage.SECOND)
    stage.people.phone(stage.SECOND, "pick-up")
    stage.hears(stage.SECOND, "Bergabung")
    room.participants("psikolog").update(announce_url=f"{stage.tesa.url}/told", announce_method="POST")
    stage.hears(stage.FIRST, "Seseorang ikut mendengarkan")
    assert stage.people.phone(stage.SECOND, "say", words="Tanyakan alamatnya")["heard_by"] == 1
    room.participants("koordinator").update(coaching=False)
    assert stage.people.phone(stage.SECOND, "say", words="Selamat malam")["heard_by"] == 2
    stage.people.phone(stage.FIRST, "press", keys="*")
    stage.hears(stage.FIRST, "Pilih satu tombol")
    assert stage.people.phone(stage.CALLER, "say", words="Halo?")["heard_by"] == 1, "the room goes on"
