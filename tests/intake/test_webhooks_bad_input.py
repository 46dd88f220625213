"""What is forged stays outside; what is signed but odd still reaches a human, and nothing is lost."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Settings
from tesa.core.db import db
from tesa.intake.models import Call, Contact, Message, Oddity
from tests.support.people import make_shift, make_staff
from tests.support.settings import AUTH_TOKEN, COORDINATOR_NUMBERS
from tests.support.twilio import Twilio, new_sid, signature

VOICE = "/twilio/voice"


def rows() -> int:
    """Contacts, calls and messages there are."""
    return sum(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Contact, Call, Message))


def form(settings: Settings, **changes: str) -> dict[str, str]:
    known = {
        "AccountSid": settings.twilio_account_sid,
        "CallSid": new_sid("CA"),
        "From": "+6281290000001",
        "To": settings.voice_number,
        "CallStatus": "ringing",
    }
    return {**known, **changes}


def signed(settings: Settings, path: str, fields: dict[str, str], url: str | None = None) -> dict[str, str]:
    return {"X-Twilio-Signature": signature(AUTH_TOKEN, url or settings.url(path), fields)}


@pytest.mark.parametrize("given", [None, "", "wrong", "ü", "bm90IHRoZSByaWdodA==", "a" * 5000])
def test_without_the_right_signature_there_is_no_row(
    client: FlaskClient, settings: Settings, given: str | None
) -> None:
    headers = {} if given is None else {"X-Twilio-Signature": given.encode("utf-8").decode("latin-1")}
    assert client.post(VOICE, data=form(settings), headers=headers).status_code == 403
    assert rows() == 0


@pytest.mark.parametrize("url", ["https://127.0.0.1:5000/twilio/voice", "http://evil.example/twilio/voice"])
def test_a_signature_for_another_address_is_none(client: FlaskClient, settings: Settings, url: str) -> None:
    fields = form(settings)
    headers = {**signed(settings, VOICE, fields, url), "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert client.post(VOICE, data=fields, headers=headers).status_code == 403
    assert rows() == 0


def test_two_signatures_are_none(client: FlaskClient, settings: Settings) -> None:
    fields = form(settings)
    right = signed(settings, VOICE, fields)["X-Twilio-Signature"]
    headers = [("X-Twilio-Signature", right), ("X-Twilio-Signature", right)]
    assert client.post(VOICE, data=fields, headers=headers).status_code == 403


def test_another_account_is_refused(client: FlaskClient, settings: Settings) -> None:
    fields = form(settings, AccountSid="AC" + "9" * 32)
    assert client.post(VOICE, data=fields, headers=signed(settings, VOICE, fields)).status_code == 403
    assert rows() == 0


@pytest.mark.parametrize("kind", ["application/json", "text/xml", "multipart/form-data; boundary=x", "text/plain"])
def test_only_forms_are_read(client: FlaskClient, settings: Settings, kind: str) -> None:
    headers = signed(settings, VOICE, {})
    assert client.post(VOICE, data=b"{}", content_type=kind, headers=headers).status_code == 415


def test_an_empty_form_is_refused(client: FlaskClient, settings: Settings) -> None:
    kind = "application/x-www-form-urlencoded"
    assert client.post(VOICE, data=b"", content_type=kind, headers=signed(settings, VOICE, {})).status_code == 415


def test_too_large_and_too_many(client: FlaskClient, settings: Settings) -> None:
    large = form(settings, Body="x" * 300_000)
    assert client.post(VOICE, data=large, headers=signed(settings, VOICE, large)).status_code == 413
    many = form(settings, **{f"Field{i}": "x" for i in range(3000)})
    assert client.post(VOICE, data=many, headers=signed(settings, VOICE, many)).status_code == 400
    assert rows() == 0


def test_get_is_no_way_in(client: FlaskClient) -> None:
    assert client.get(VOICE).status_code == 405
    assert client.get("/twilio/message").status_code == 405


def test_an_answer_to_twilio_is_short_and_tells_nothing(client: FlaskClient) -> None:
    assert client.post(VOICE, data={"a": "b"}).data == b"403\n"


@pytest.mark.parametrize(
    "sid", ["", "CA123", "MM" + "1" * 32, "CA" + "G" * 32, "CA" + "1" * 33, "'; DROP TABLE call; --"]
)
def test_an_odd_call_reaches_a_human_and_is_kept_aside(twilio: Twilio, settings: Settings, sid: str) -> None:
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    response = twilio.post(VOICE, CallSid=sid, From="+6281290000001", To=settings.voice_number)
    assert response.status_code == 200
    numbers = [n.text for n in fromstring(response.data).iter("Number")]
    assert numbers == [psychologist.phone, *COORDINATOR_NUMBERS]
    oddity = db.session.scalars(select(Oddity)).one()
    assert b"6281290000001" not in oddity.form_sealed


@pytest.mark.parametrize(
    "caller",
    [
        "anonymous",
        "",
        "unknown",
        "1234567890123456",
        "abc",
        "+٦٢٨١٢٩٠٠٠٠٠٠١",
        "whatsapp:whatsapp:+628129",
        "\x00",
        "x" * 3000,
    ],
)
def test_odd_numbers_wait_like_others(twilio: Twilio, caller: str) -> None:
    response = twilio.voice(caller)
    assert response.status_code == 200
    assert fromstring(response.data).find("Enqueue") is not None


def test_a_call_without_from_waits_too(twilio: Twilio, settings: Settings) -> None:
    response = twilio.post(VOICE, CallSid=new_sid("CA"), To=settings.voice_number)
    assert fromstring(response.data).find("Enqueue") is not None


def test_an_odd_message_is_answered_and_kept_aside(twilio: Twilio) -> None:
    for fields in ({"MessageSid": "SMx", "From": "+628129"}, {"From": "+628129"}, {"MessageSid": new_sid("SM")}):
        response = twilio.post("/twilio/message", Body="rahasia", **fields)
        assert (response.status_code, fromstring(response.data).tag) == (200, "Response")
    kept = db.session.scalars(select(Oddity)).all()
    assert len(kept) == 3
    assert not any(b"rahasia" in oddity.form_sealed for oddity in kept)
    assert rows() == 0


def test_broken_inside_still_leads_to_a_human(twilio: Twilio, app: Flask) -> None:
    app.extensions["tesa_vault"]._purposes = None  # whatever breaks: here the keys
    response = twilio.voice()
    assert response.status_code == 200
    assert [n.text for n in fromstring(response.data).iter("Number")][-len(COORDINATOR_NUMBERS) :] == list(
        COORDINATOR_NUMBERS
    )


def test_the_fallback_address_rings_those_on_duty(twilio: Twilio) -> None:
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    response = twilio.voice(path="/twilio/voice/fallback", ErrorCode="11200")
    assert [n.text for n in fromstring(response.data).iter("Number")] == [psychologist.phone, *COORDINATOR_NUMBERS]
    assert fromstring(response.data).find("Dial").attrib["callerId"].startswith("+62215")


@pytest.mark.parametrize("path", ["/twilio/offer/nobody", "/twilio/offer/nobody/key", "/twilio/dispatch/nobody"])
def test_unknown_tokens_end_politely(twilio: Twilio, path: str) -> None:
    response = twilio.post(path, CallSid=new_sid("CA"), From="+62", Digits="1")
    assert response.status_code in (200, 404)


def test_the_second_token_counts_while_rotating(settings: Settings, app: Flask, client: FlaskClient) -> None:
    from dataclasses import replace

    app.extensions["tesa_settings"] = replace(settings, twilio_auth_tokens=("another", AUTH_TOKEN))
    fields = form(settings)
    assert client.post(VOICE, data=fields, headers=signed(settings, VOICE, fields)).status_code == 200
