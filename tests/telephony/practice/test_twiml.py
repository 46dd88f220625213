"""TwiML verbs as a caller hears them: keys, waiting, recording, dialling, failing documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from flask import Response, request

if TYPE_CHECKING:
    from tests.telephony.practice.conftest import Stage


def voice(stage: Stage, document: str, **others: str) -> None:
    """What the hotline answers; further documents by name."""
    stage.tesa.documents |= {"/twilio/voice": document} | {f"/{name}": text for name, text in others.items()}


def heard(stage: Stage, call: str) -> list[str]:
    """What the line said on a call."""
    return [line["text"] for line in stage.people.call_state(call)["lines"] if line["who"] == "line"]


def test_the_first_request_carries_twilios_parameters(stage: Stage) -> None:
    voice(stage, "<Hangup/>")
    call = stage.people.call(stage.CALLER, withheld=True)
    stage.people.wait(call)
    form = stage.tesa.one("/twilio/voice")
    assert (form["From"], form["To"], form["CallStatus"]) == ("anonymous", stage.HOTLINE, "ringing")
    assert (form["Direction"], form["CallSid"], form["AccountSid"]) == ("inbound", call, stage.ACCOUNT)
    assert {"Called", "Caller", "ApiVersion", "FromCountry", "CallToken"} <= form.keys()


def test_a_key_cuts_the_prompt_short_and_a_late_one_is_not_heard(stage: Stage) -> None:
    voice(
        stage, "<Gather action='/key' numDigits='1'><Say>" + "kata " * 2000 + "</Say></Gather>", key="<Say>Baik</Say>"
    )
    call = stage.people.call(stage.CALLER)
    stage.listens(stage.CALLER)
    stage.people.press(call, "0")
    assert stage.tesa.one("/key")["Digits"] == "0"
    assert stage.people.wait(call)["status"] == "completed"
    assert heard(stage, call)[-1] == "Baik"


def test_several_digits_end_with_the_finishing_key_or_in_silence(stage: Stage) -> None:
    voice(stage, "<Gather action='/key' finishOnKey='#' timeout='3'><Say>Nomor?</Say></Gather>")
    stage.people.wait(stage.people.call(stage.CALLER, keys="12#"))
    form = stage.tesa.one("/key")
    assert (form["Digits"], form["FinishedOnKey"], form["msg"]) == ("12", "#", "Gather End")
    stage.people.wait(stage.people.call(stage.CALLER, keys="345"))
    assert "FinishedOnKey" not in stage.tesa.one("/key", Digits="345")


def test_silence_falls_through_and_w_lets_a_question_pass(stage: Stage) -> None:
    question = "<Gather action='/{0}' numDigits='1' timeout='1'><Say>{0}</Say></Gather>"
    voice(stage, question.format("satu") + question.format("dua"))
    call = stage.people.call(stage.CALLER, keys="w7")
    stage.people.wait(call)
    assert stage.tesa.one("/dua")["Digits"] == "7"
    assert stage.tesa.forms("/satu") == []


def test_leave_ends_the_wait_and_the_action_goes_on(stage: Stage) -> None:
    voice(
        stage,
        "<Enqueue waitUrl='/wait' action='/left'>hotline</Enqueue><Say>tidak sampai</Say>",
        wait="<Say>Tunggu</Say><Leave/>",
        left="<Say>Kami telepon kembali</Say>",
    )
    call = stage.people.call(stage.CALLER)
    stage.people.wait(call)
    wait, left = stage.tesa.one("/wait"), stage.tesa.one("/left")
    assert {"QueueSid", "QueuePosition", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"} <= wait.keys()
    assert (wait["QueuePosition"], left["QueueResult"]) == ("1", "leave")
    assert heard(stage, call) == ["Tunggu", "Kami telepon kembali"]


def test_a_wait_document_that_says_nothing_does_not_spin(stage: Stage) -> None:
    voice(stage, "<Enqueue waitUrl='/wait'>hotline</Enqueue>", wait="")
    stage.people.wait(stage.people.call(stage.CALLER, patience=30))
    assert 2 <= len(stage.tesa.forms("/wait")) <= 31


def test_a_document_that_redirects_to_itself_is_slowed_down(stage: Stage) -> None:
    voice(stage, "<Redirect>/twilio/voice</Redirect>")
    stage.people.wait(stage.people.call(stage.CALLER, patience=100))
    assert 11200 in stage.errors()
    assert len(stage.tesa.forms("/twilio/voice")) <= 25 + 100 + 5


def test_a_recording_is_kept_with_what_ended_it(stage: Stage) -> None:
    voice(
        stage,
        "<Record action='/after' maxLength='600' timeout='500' recordingStatusCallback='/recorded'/>",
        after="<Say>Tersimpan</Say>",
    )
    call = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "bip")
    stage.people.phone(stage.CALLER, "say", words="Tolong telepon saya")
    stage.people.press(call, "5")
    form = stage.tesa.one("/after")
    assert form["Digits"] == "5"
    assert stage.tesa.one("/recorded")["RecordingStatus"] == "completed"
    auth = (stage.ACCOUNT, stage.TOKEN)
    assert requests.get(form["RecordingUrl"], timeout=5).status_code == 401
    assert requests.get(form["RecordingUrl"], auth=auth, timeout=5).content[:4] == b"RIFF"
    assert stage.twilio.recordings(form["RecordingSid"]).fetch().call_sid == call
    assert stage.twilio.recordings(form["RecordingSid"]).delete()
    assert requests.get(form["RecordingUrl"], auth=auth, timeout=5).status_code == 404


def test_hanging_up_while_recording_still_tells_the_action(stage: Stage) -> None:
    voice(stage, "<Record action='/after'/>")
    call = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "bip")
    stage.people.hang_up(call)
    form = stage.tesa.one("/after")
    assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")


def test_numbers_are_rung_one_after_the_other_and_a_whisper_is_heard_first(stage: Stage) -> None:
    first = (
        f"<Number url='/whisper' statusCallback='/child' statusCallbackEvent='ringing answered'>{stage.FIRST}</Number>"
    )
    voice(
        stage,
        f"<Dial action='/dialled' sequential='true' timeout='300' callerId='{stage.HOTLINE}'>"
        f"<Number>{stage.SECOND}</Number>{first}</Dial>",
        whisper="<Say>Telepon TeSA</Say>",
    )
    stage.people.phone(stage.SECOND, "habit", habit="busy")
    call = stage.people.call(stage.CALLER)
    assert stage.rings(stage.FIRST)["from"] == stage.HOTLINE
    stage.people.phone(stage.FIRST, "pick-up")
    stage.hears(stage.FIRST, "Tersambung")
    assert stage.people.phone(stage.CALLER, "say", words="Halo")["heard_by"] == 1
    stage.people.phone(stage.FIRST, "hang-up")
    result = stage.tesa.one("/dialled")
    assert (result["DialCallStatus"], result["DialBridged"]) == ("completed", "true")
    assert int(result["DialCallDuration"]) >= 1
    assert stage.tesa.one("/child", CallStatus="in-progress")["ParentCallSid"] == call
    stage.people.wait(call)


def test_a_voicemail_on_a_dialled_number_is_completed_but_not_bridged(stage: Stage) -> None:
    document = f"<Dial action='/dialled'><Number url='/whisper'>{stage.FIRST}</Number></Dial>"
    voice(stage, document, whisper="<Gather action='/yes' timeout='2'><Say>Tekan 1</Say></Gather><Hangup/>")
    stage.people.phone(stage.FIRST, "habit", habit="voicemail", after=1)
    stage.people.wait(stage.people.call(stage.CALLER))
    result = stage.tesa.one("/dialled")
    assert (result["DialCallStatus"], result["DialBridged"]) == ("completed", "false")


def test_a_caller_who_hangs_up_while_a_number_rings_stops_the_ringing(stage: Stage) -> None:
    voice(stage, f"<Dial action='/dialled' timeout='300'>{stage.FIRST}</Dial>")
    call = stage.people.call(stage.CALLER)
    stage.rings(stage.FIRST)
    stage.people.hang_up(call)
    assert stage.tesa.one("/dialled")["CallStatus"] == "completed"
    stage.until(lambda: stage.people.phone_state(stage.FIRST)["call"] is None)


def test_somebody_dials_into_the_queue_and_talks_with_the_first(stage: Stage) -> None:
    voice(
        stage, "<Enqueue waitUrl='/wait' action='/left'>hotline</Enqueue>", wait="<Say>Tunggu</Say>", left="<Hangup/>"
    )
    caller = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Tunggu")
    taker = stage.twilio.calls.create(
        to=stage.FIRST, from_=stage.HOTLINE, twiml="<Response><Dial><Queue>hotline</Queue></Dial></Response>"
    )
    stage.rings(stage.FIRST)
    stage.people.phone(stage.FIRST, "pick-up")
    stage.hears(stage.FIRST, "Tersambung")
    assert stage.people.phone(stage.FIRST, "say", words="Selamat malam")["heard_by"] == 1
    stage.hears(stage.CALLER, "Selamat malam")
    stage.people.phone(stage.FIRST, "hang-up")
    assert stage.tesa.one("/left")["QueueResult"] == "bridged"
    assert stage.people.wait(caller)["status"] == "completed"
    assert stage.people.wait(str(taker.sid))["status"] == "completed"


def test_a_live_call_is_sent_elsewhere_by_rest(stage: Stage) -> None:
    voice(stage, "<Say>Halo</Say><Pause length='500'/>", other="<Say>Ke tempat lain</Say><Pause length='500'/>")
    call = stage.people.call(stage.CALLER)
    stage.hears(stage.CALLER, "Halo")
    stage.twilio.calls(call).update(url=f"{stage.tesa.url}/other", method="POST")
    stage.hears(stage.CALLER, "Ke tempat lain")
    stage.twilio.calls(call).update(status="completed")
    assert stage.people.wait(call)["status"] == "completed"


def test_an_unanswered_caller_who_hangs_up_is_canceled(stage: Stage) -> None:
    voice(stage, "<Pause length='500'/>")
    call = stage.people.call(stage.CALLER)
    stage.tesa.one("/twilio/voice")
    stage.people.hang_up(call)
    assert stage.people.wait(call)["status"] == "canceled"
    assert stage.tesa.one("/twilio/voice/status")["CallStatus"] == "canceled"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("kaput", status=500), 11200),
        (Response("<Response>", content_type="text/xml"), 12100),
        (Response("<Jawaban/>", content_type="text/xml"), 12100),
        (Response('<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', content_type="text/xml"), 12100),
        (Response("{}", content_type="application/json"), 12300),
        (Response("", status=200), 12100),
        (Response("<Response>" + " " * 70_000 + "</Response>", content_type="text/xml"), 11750),
        (Response("<Response><Play>/sound</Play></Response>", content_type="text/xml"), 13420),
    ],
)
def test_a_failing_document_is_asked_again_at_the_fallback(stage: Stage, answer: Response, code: int) -> None:
    stage.tesa.documents |= {"/twilio/voice": lambda _: answer, "/twilio/voice/fallback": "<Say>Cadangan</Say>"}
    call = stage.people.call(stage.CALLER)
    assert stage.people.wait(call)["status"] == "completed"
    assert stage.tesa.one("/twilio/voice/fallback")["ErrorCode"] == str(code)
    assert heard(stage, call) == ["Cadangan"]
    assert code in stage.errors()


def test_a_webhook_is_asked_again_as_its_fragment_says_with_the_same_token(stage: Stage) -> None:
    def at_second_try(_: dict[str, str]) -> Response | str:
        return "<Say>Baik</Say>" if len(stage.tesa.forms("/second")) > 1 else Response("", status=503)

    voice(stage, "<Redirect>/second#rc=2&amp;rp=ct,5xx</Redirect>")
    stage.tesa.documents["/second"] = at_second_try
    call = stage.people.call(stage.CALLER)
    stage.people.wait(call)
    asked = [asked for asked in stage.tesa.asked if asked.path == "/second"]
    assert len(asked) == 2
    assert asked[0].token == asked[1].token
    assert all(one.signed for one in asked)
    assert (heard(stage, call), stage.errors()) == (["Baik"], [])


def test_cookies_are_kept_for_the_call_and_redirects_followed(stage: Stage) -> None:
    first = Response(status=307, headers={"Location": "/moved?step=2", "Set-Cookie": "panggilan=satu; Path=/"})
    stage.tesa.documents |= {"/twilio/voice": lambda _: first, "/moved": lambda _: f"<Say>{request.cookies}</Say>"}
    call = stage.people.call(stage.CALLER)
    stage.people.wait(call)
    assert "satu" in heard(stage, call)[0]
    assert stage.tesa.one("/moved")["CallSid"] == call
    assert all(asked.signed for asked in stage.tesa.asked)


def test_without_a_working_fallback_the_caller_is_told_and_cut_off(stage: Stage) -> None:
    broken = lambda _: Response("kaput", status=500)  # noqa: E731
    stage.tesa.documents |= {"/twilio/voice": broken, "/twilio/voice/fallback": broken}
    call = stage.people.call(stage.CALLER)
    assert stage.people.wait(call)["status"] == "failed"
    assert "11200" in stage.people.transcript(call)[-2]


def test_nothing_outside_tesa_is_asked(stage: Stage) -> None:
    voice(stage, "<Redirect>http://127.0.0.1:1/secret</Redirect>")
    stage.tesa.documents["/twilio/voice/fallback"] = "<Say>Cadangan</Say>"
    call = stage.people.call(stage.CALLER)
    stage.people.wait(call)
    assert heard(stage, call) == ["Cadangan"]


def test_a_recorded_prompt_is_shown_with_its_words(stage: Stage) -> None:
    sound = Response(b"RIFF", content_type="audio/mpeg", headers={"X-Transcript": "Anda%20tidak%20sendiri"})
    stage.tesa.documents |= {"/twilio/voice": "<Play>/halo.mp3</Play>", "/halo.mp3": lambda _: sound}
    call = stage.people.call(stage.CALLER)
    stage.people.wait(call)
    assert heard(stage, call) == ["Anda tidak sendiri"]


def test_a_verb_that_is_out_of_place_is_recorded_and_skipped(stage: Stage) -> None:
    voice(stage, "<Leave/><Sing/><Say>Lanjut</Say>")
    call = stage.people.call(stage.CALLER)
    stage.people.wait(call)
    assert heard(stage, call) == ["Lanjut"]
    assert stage.errors() == [12200, 12200]


def test_rejecting_leaves_the_call_unanswered(stage: Stage) -> None:
    voice(stage, "<Reject reason='busy'/>")
    assert stage.people.wait(stage.people.call(stage.CALLER))["status"] == "busy"
