"""A practice line and a tiny TeSA beside it, both real servers on this machine, and twilio-python to talk to the line."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tesa.telephony.practice import PracticeConfig, PracticePhone, create_practice_app
from tesa.telephony.practice.client import PracticeClient

ACCOUNT = "AC" + "1" * 32
TOKEN = "token-of-the-practice-line"
HOTLINE, SMS, WHATSAPP = "+622180000001", "+622180000002", "+622180000003"
CALLER, FIRST, SECOND = "+6281200000001", "+6281300000001", "+6281300000002"
PACE = 0.02


@dataclass(frozen=True)
class Asked:
    """One request that the line made."""

    path: str
    form: dict[str, str]
    token: str
    signed: bool


@dataclass
class LittleTesa:
    """Answers with the documents a test lays out and remembers what it was asked."""

    url: str = ""
    documents: dict[str, Callable[[dict[str, str]], Any] | str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self) -> Response:
        form = {**request.args.to_dict(), **request.form.to_dict()}
        query = request.query_string.decode()
        url = self.url + request.path + (f"?{query}" if query else "")
        signature = request.headers.get("X-Twilio-Signature", "")
        signed = RequestValidator(TOKEN).validate(url, request.form if request.method == "POST" else {}, signature)
        self.asked.append(Asked(request.path, form, request.headers["I-Twilio-Idempotency-Token"], signed))
        document = self.documents.get(request.path, "")
        said = document(form) if callable(document) else document
        if isinstance(said, Response):
            return said
        return Response(f"<Response>{said}</Response>", content_type="text/xml")

    def forms(self, path: str, **wanted: str) -> list[dict[str, str]]:
        """The parameters of all requests for a path, in order; only those with the wanted values."""
        return [a.form for a in list(self.asked) if a.path == path and wanted.items() <= a.form.items()]

    def one(self, path: str, **wanted: str) -> dict[str, str]:
        """The parameters of the first such request; waits for it."""
        return until(lambda: self.forms(path, **wanted))[0]


@dataclass(frozen=True)
class Stage:
    """Everything a test plays with."""

    tesa: LittleTesa
    people: PracticeClient
    twilio: Client
    line_url: str
    CALLER = CALLER
    FIRST = FIRST
    SECOND = SECOND
    HOTLINE = HOTLINE
    SMS = SMS
    WHATSAPP = WHATSAPP
    ACCOUNT = ACCOUNT
    TOKEN = TOKEN

    def rings(self, number: str) -> dict[str, Any]:
        """Wait until a phone rings; its state."""
        return until(lambda: self._phone(number, lambda call: call["status"] == "ringing"))

    def hears(self, number: str, words: str) -> None:
        """Wait until somebody heard these words on her phone."""
        until(lambda: self._phone(number, lambda call: any(words in line["text"] for line in call["lines"])))

    def listens(self, number: str) -> None:
        """Wait until the line asks a phone for keys."""
        until(lambda: self._phone(number, lambda call: call["listening"]))

    def _phone(self, number: str, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        call = self.people.phone_state(number)["call"]
        return call if call and fits(call) else None

    @staticmethod
    def until(found: Callable[[], Any]) -> Any:
        """Ask until something true comes."""
        return until(found)

    def errors(self) -> list[int]:
        """Twilio's debugger codes that were recorded."""
        return [error["code"] for error in self.people.log()["errors"]]


def until(found: Callable[[], Any], seconds: float = 8.0) -> Any:
    """Ask until something true comes; fails loudly after `seconds`."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
    return value


class LineHttpClient(TwilioHttpClient):
    """Sends what twilio-python addresses to api.twilio.com to the practice line."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(url)
        assert parts.hostname == "api.twilio.com"
        return super().request(method, urlunsplit((*self.base[:2], parts.path, parts.query, "")), *args, **kwargs)


class Quiet(WSGIRequestHandler):
    """Writes no line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _carry(app: Flask) -> BaseWSGIServer:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def make_config(tesa_url: str, port: int, pace: float = PACE) -> PracticeConfig:
    """A line with two staff phones and one caller."""
    return PracticeConfig(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        tesa_url=tesa_url,
        voice_number=HOTLINE,
        sms_number=SMS,
        whatsapp_number=WHATSAPP,
        port=port,
        phones=(
            PracticePhone(
                FIRST,
                "Psikolog 1",
                "psikolog",
                "psikolog1@contoh.test",
                "sandi-latihan",
                "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            ),
            PracticePhone(SECOND, "Psikolog 2", "psikolog"),
        ),
        callers=((CALLER, "Penelepon 1"),),
        pace=pace,
    )


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A fresh line and a fresh little TeSA."""
    tesa = LittleTesa()
    tesa_app = Flask("little_tesa")
    tesa_app.add_url_rule("/<path:path>", "any", lambda path: tesa.answer(), methods=["GET", "POST"])
    tesa_server = _carry(tesa_app)
    tesa.url = f"http://127.0.0.1:{tesa_server.server_port}"
    # The line must know its own port before it exists: take a free one, then listen on it.
    probe = make_server("127.0.0.1", 0, Flask("probe"))
    port = probe.server_port
    probe.server_close()
    line_server = make_server(
        "127.0.0.1", port, create_practice_app(make_config(tesa.url, port)), threaded=True, request_handler=Quiet
    )
    threading.Thread(target=line_server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    url = f"http://127.0.0.1:{port}"
    yield Stage(tesa, PracticeClient(url), Client(ACCOUNT, TOKEN, http_client=LineHttpClient(url)), url)
    for server in (line_server, tesa_server):
        server.shutdown()
        server.server_close()
