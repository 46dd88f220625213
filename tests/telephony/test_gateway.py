"""What Twilio answers to a request that came too late, told apart from what it refuses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tesa.telephony.gateway import EndCall, RedirectCall, Refused, TwilioGateway
from tests.support.settings import make_settings

CALL = "CA" + "0" * 32
OVER = {"code": 21220, "message": "Call is not in-progress. Cannot redirect.", "status": 400}
UNKNOWN = {"code": 20404, "message": "The requested resource was not found", "status": 404}


class TooLate(HTTPServer):
    """A provider that refuses every request with `refusal`."""

    refusal: dict[str, object] = OVER


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        refusal = self.server.refusal  # type: ignore[attr-defined]
        body = json.dumps(refusal).encode()
        self.send_response(refusal["status"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def too_late() -> Iterator[TooLate]:
    with TooLate(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def gateway(too_late: TooLate, tmp_path: Path) -> TwilioGateway:
    url = f"http://127.0.0.1:{too_late.server_port}"
    return TwilioGateway(make_settings("sqlite://", tmp_path / "key", twilio_api_base_url=url))


def test_a_call_that_is_over_already_is_ended(gateway: TwilioGateway) -> None:
    assert gateway.perform(EndCall(CALL)) is None


def test_a_call_that_is_over_cannot_be_led_elsewhere(gateway: TwilioGateway) -> None:
    with pytest.raises(Refused) as refused:
        gateway.perform(RedirectCall(CALL, "http://127.0.0.1:5000/there"))
    assert refused.value.code == "21220"


def test_ending_a_call_that_nobody_knows_is_refused(gateway: TwilioGateway, too_late: TooLate) -> None:
    too_late.refusal = UNKNOWN
    with pytest.raises(Refused):
        gateway.perform(EndCall(CALL))
