"""SMS and WhatsApp in both directions, with what Twilio refuses and what fails only later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

if TYPE_CHECKING:
    from tests.telephony.practice.conftest import Stage


def texts(stage: Stage, number: str, direction: str = "out") -> list[dict[str, Any]]:
    """What a phone has received (or sent)."""
    return [text for text in stage.people.phone_state(number)["texts"] if text["direction"] == direction]


def test_a_whatsapp_message_comes_in_and_the_reply_goes_out(stage: Stage) -> None:
    stage.tesa.documents["/twilio/message"] = "<Message statusCallback='/delivery'>Kami terima pesan Anda</Message>"
    sid = stage.people.message(stage.CALLER, "Halo & terima kasih ❤", "whatsapp")
    form = stage.tesa.one("/twilio/message")
    assert form["Body"] == "Halo & terima kasih ❤"
    assert (form["From"], form["To"]) == (f"whatsapp:{stage.CALLER}", f"whatsapp:{stage.WHATSAPP}")
    assert (form["MessageSid"], form["WaId"]) == (sid, stage.CALLER[1:])
    assert (form["MessageType"], form["NumMedia"], form["SmsStatus"]) == ("text", "0", "received")
    states = stage.until(lambda: f if len(f := stage.tesa.forms("/delivery")) == 3 else None)
    assert [state["MessageStatus"] for state in states] == ["sent", "delivered", "read"]
    assert [text["body"] for text in texts(stage, stage.CALLER)] == ["Kami terima pesan Anda"]
    assert all(asked.signed for asked in stage.tesa.asked)
    assert stage.twilio.messages(states[0]["MessageSid"]).fetch().status == "read"


def test_a_pin_has_no_name_and_a_named_place_has_one(stage: Stage) -> None:
    stage.people.message(stage.CALLER, "", "whatsapp", location={"latitude": -6.25, "longitude": 107})
    pin = stage.tesa.one("/twilio/message")
    assert (pin["Latitude"], pin["Longitude"], pin["MessageType"], pin["Body"]) == ("-6.25", "107.0", "location", "")
    assert "Label" not in pin
    place = {"latitude": -6.25, "longitude": 107.0, "label": "Alun-alun", "address": "Jl. Pramuka"}
    stage.people.message(stage.CALLER, "", "whatsapp", location=place)
    named = stage.tesa.one("/twilio/message", Label="Alun-alun")
    assert named["Address"] == "Jl. Pramuka"


def test_a_picture_is_fetched_with_credentials_by_a_temporary_address_and_deleted(stage: Stage) -> None:
    stage.people.message(stage.CALLER, "lihat", "whatsapp", media="picture")
    form = stage.tesa.one("/twilio/message")
    assert (form["NumMedia"], form["MediaContentType0"], form["MessageType"]) == ("1", "image/png", "image")
    assert form["MessageSid"].startswith("MM")
    url = form["MediaUrl0"]
    auth = (stage.ACCOUNT, stage.TOKEN)
    assert requests.get(url, timeout=5).status_code == 401
    answer = requests.get(url, auth=auth, timeout=5, allow_redirects=False)
    assert answer.status_code == 307
    picture = requests.get(answer.headers["Location"], timeout=5)
    assert picture.content.startswith(b"\x89PNG")
    assert [item.sid for item in stage.twilio.messages(form["MessageSid"]).media.list()] == [url.rsplit("/", 1)[-1]]
    assert requests.delete(url, auth=auth, timeout=5).status_code == 204
    assert requests.get(url, auth=auth, timeout=5).status_code == 404
    assert requests.get(answer.headers["Location"], timeout=5).status_code == 404


def test_tesa_writes_to_a_staff_phone_and_it_answers(stage: Stage) -> None:
    sent = stage.twilio.messages.create(
        to=stage.FIRST, from_=stage.SMS, body="Tugas baru. Balas SIAP.", status_callback=f"{stage.tesa.url}/delivery"
    )
    assert sent.status == "queued"
    stage.tesa.one("/delivery", MessageSid=str(sent.sid), MessageStatus="delivered")
    assert texts(stage, stage.FIRST)[0]["body"] == "Tugas baru. Balas SIAP."
    stage.people.message(stage.FIRST, "SIAP")
    assert stage.tesa.one("/twilio/message")["From"] == stage.FIRST


def test_free_whatsapp_text_outside_the_window_fails_by_callback_and_a_template_passes(stage: Stage) -> None:
    address = {"to": f"whatsapp:{stage.FIRST}", "from_": f"whatsapp:{stage.WHATSAPP}"}
    callback = f"{stage.tesa.url}/delivery"
    stage.twilio.messages.create(**address, body="Halo", status_callback=callback)
    assert stage.tesa.one("/delivery")["ErrorCode"] == "63016"
    stage.twilio.messages.create(
        **address, content_sid="HX" + "1" * 32, content_variables='{"1":"x"}', status_callback=callback
    )
    stage.tesa.one("/delivery", MessageStatus="delivered")
    assert stage.errors() == [63016]


def test_a_switched_off_phone_is_undelivered(stage: Stage) -> None:
    stage.people.phone(stage.FIRST, "habit", habit="off")
    stage.twilio.messages.create(
        to=stage.FIRST, from_=stage.SMS, body="Halo", status_callback=f"{stage.tesa.url}/delivery"
    )
    assert stage.tesa.one("/delivery", MessageStatus="undelivered")["ErrorCode"] == "30003"
    assert texts(stage, stage.FIRST) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "0812345"}, 21211),
        ({"from_": "+62811"}, 21606),
        ({"to": "whatsapp:+6281200000001"}, 63007),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
    ],
)
def test_what_twilio_refuses_at_once(stage: Stage, changes: dict[str, str], code: int) -> None:
    wish = {"to": stage.CALLER, "from_": stage.SMS, "body": "Halo"} | changes
    with pytest.raises(TwilioRestException) as refused:
        stage.twilio.messages.create(**wish)
    assert refused.value.code == code


def test_stop_by_sms_is_obeyed_until_start(stage: Stage) -> None:
    stage.people.message(stage.CALLER, "stop")
    with pytest.raises(TwilioRestException) as refused:
        stage.twilio.messages.create(to=stage.CALLER, from_=stage.SMS, body="Halo")
    assert refused.value.code == 21610
    stage.people.message(stage.CALLER, "START")
    assert stage.twilio.messages.create(to=stage.CALLER, from_=stage.SMS, body="Halo").sid


def test_messages_of_one_phone_arrive_in_order(stage: Stage) -> None:
    for number in range(12):
        stage.people.message(stage.CALLER, str(number), "whatsapp")
    forms = stage.until(lambda: f if len(f := stage.tesa.forms("/twilio/message")) == 12 else None)
    assert [form["Body"] for form in forms] == [str(number) for number in range(12)]
