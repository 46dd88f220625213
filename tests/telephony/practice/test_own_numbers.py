"""Calls between two numbers of ours, and the document that stands elsewhere when TeSA does not answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response
from twilio.rest import Client
from werkzeug.serving import make_server

from tesa.telephony.practice import create_practice_app
from tesa.telephony.practice.client import PracticeClient
from tests.telephony.practice.conftest import (
    ACCOUNT,
    CALLER,
    FIRST,
    HOTLINE,
    TOKEN,
    LineHttpClient,
    Quiet,
    Stage,
    make_config,
)

SECOND_NUMBER = "+622180000009"


@pytest.fixture
def line(stage: Stage, tmp_path: Path) -> Iterator[Stage]:
    """The stage's little TeSA behind another line, which knows two numbers and a document elsewhere."""
    probe = make_server("127.0.0.1", 0, Flask("probe"))
    port = probe.server_port
    probe.server_close()
    config = replace(
        make_config(stage.tesa.url, port), more_numbers=(SECOND_NUMBER,), fallback_file=tmp_path / "hotline.xml"
    )
    server = make_server("127.0.0.1", port, create_practice_app(config), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    url = f"http://127.0.0.1:{port}"
    yield Stage(stage.tesa, PracticeClient(url), Client(ACCOUNT, TOKEN, http_client=LineHttpClient(url)), url)
    server.shutdown()
    server.server_close()


def test_the_other_leg_hears_the_keys_and_both_end_together(line: Stage) -> None:
    tesa = line.tesa
    tesa.documents["/twilio/voice"] = '<Play digits="ww1"/><Pause length="3000"/>'
    tesa.documents["/offer"] = f'<Gather action="{tesa.url}/key" numDigits="1" timeout="100"/>'
    tesa.documents["/key"] = '<Pause length="3000"/>'
    call = line.twilio.calls.create(
        to=HOTLINE, from_=SECOND_NUMBER, url=f"{tesa.url}/offer", status_callback=f"{tesa.url}/status"
    )
    inbound = tesa.one("/twilio/voice")
    assert (inbound["From"], inbound["To"], inbound["Direction"]) == (SECOND_NUMBER, HOTLINE, "inbound")
    assert inbound["CallSid"] != call.sid
    assert tesa.one("/key", CallSid=call.sid)["Digits"] == "1"
    line.twilio.calls(call.sid).update(status="completed")
    assert tesa.one("/twilio/voice/status", CallSid=inbound["CallSid"])["CallStatus"] == "completed"
    tesa.one("/status", CallSid=call.sid, CallStatus="completed")
    assert line.errors() == []


def test_a_number_of_ours_that_refuses_is_busy(line: Stage) -> None:
    line.tesa.documents["/twilio/voice"] = '<Reject reason="busy"/>'
    line.twilio.calls.create(to=SECOND_NUMBER, from_=HOTLINE, url=line.tesa.url, status_callback=f"{line.tesa.url}/s")
    assert line.tesa.one("/s")["CallStatus"] == "busy"


def test_the_document_elsewhere_rings_when_tesa_fails(line: Stage, tmp_path: Path) -> None:
    line.tesa.documents["/twilio/voice"] = lambda _form: Response(status=500)
    (tmp_path / "hotline.xml").write_text(
        f'<Response><Dial sequential="true" timeout="15" callerId="{HOTLINE}"><Number>{FIRST}</Number></Dial></Response>'
    )
    line.people.call(CALLER)
    line.rings(FIRST)
    assert set(line.errors()) == {11200}
