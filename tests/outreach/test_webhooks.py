"""The addresses that TeSA hands to Twilio for the calls and texts of outreach."""

from __future__ import annotations

import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.outreach.night import Night
from tests.support.moved_clock import MovedClock
from tests.support.twilio import Twilio


@pytest.fixture
def told(night: Night, clock: MovedClock) -> Night:
    """The wall clock shows the night's time."""
    clock.set(night.now)
    return night


def verbs(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    return [element.tag for element in ElementTree.fromstring(response.text)]


def test_a_call_from_ringing_to_accepted(told: Night, twilio: Twilio) -> None:
    worker = told.worker()
    dispatch = told.raised("P1")
    path, sid = f"/twilio/dispatch/{told.token(worker)}", told.last_sid(worker)
    assert verbs(twilio.voice(path=path, call_sid=sid, CallStatus="in-progress")) == [
        "Gather",
        "Gather",
        "Say",
        "Hangup",
    ]
    pressed = twilio.voice(path=path + "/key", call_sid=sid, CallStatus="in-progress", Digits="1")
    assert verbs(pressed) == ["Say", "Hangup"]
    ended = twilio.voice(path=path + "/status", call_sid=sid, CallStatus="completed")
    assert verbs(ended) == []
    assert told.dispatch(dispatch).acknowledged_by == worker.id


def test_the_fate_of_a_text(told: Night, twilio: Twilio) -> None:
    worker = told.worker()
    dispatch = told.raised("P1")
    path = f"/twilio/dispatch/{told.token(worker)}/text"
    assert (
        twilio.post(path, MessageSid="SM" + "0" * 32, MessageStatus="undelivered", ErrorCode="63016").status_code == 200
    )
    assert "text_failed" in told.codes(dispatch)


@pytest.mark.parametrize("end", ["", "/key", "/status", "/text"])
def test_a_token_of_nobody_is_no_error(told: Night, twilio: Twilio, end: str) -> None:
    assert twilio.voice(path=f"/twilio/dispatch/nobody{end}", Digits="1").status_code == 200


@pytest.mark.parametrize("end", ["", "/key", "/status", "/text"])
def test_without_a_signature_nothing_is_done(told: Night, client: FlaskClient, end: str) -> None:
    worker = told.worker()
    dispatch = told.raised("P1")
    path = f"/twilio/dispatch/{told.token(worker)}{end}"
    assert client.post(path, data={"Digits": "1", "CallStatus": "busy"}).status_code == 403
    assert client.get(path).status_code == 405
    assert told.dispatch(dispatch).state == "requested"
