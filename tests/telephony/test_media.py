"""Files at Twilio are asked for there and nowhere else; credentials go to no other host, and nothing to a private address."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config import Settings
from tesa.telephony import media
from tesa.telephony.media import NotReady, NotWanted, TwilioMedia
from tests.support.settings import ACCOUNT_SID, AUTH_TOKEN, make_settings

PATH = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/RE1"


class Provider:
    """A small host that remembers what it was asked, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append((self.path, self.headers.get("Authorization")))
                status, headers, body = provider.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def provider_at_work() -> Iterator[Provider]:
    provider = Provider()
    threading.Thread(target=provider.server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_at_work() as provider:
        yield provider


@pytest.fixture
def source(provider: Provider, key_file) -> TwilioMedia:
    return TwilioMedia(make_settings("sqlite://", key_file, twilio_api_base_url=provider.url))


def whole(source: TwilioMedia, url: str) -> tuple[str, bytes]:
    with source.fetch(url) as download:
        return download.content_type, b"".join(download.parts)


def test_an_address_of_twilio_is_asked_for_with_our_credentials(provider: Provider, source: TwilioMedia) -> None:
    provider.answers[PATH] = (200, {"Content-Type": "audio/mpeg; x=y"}, b"sound" * 20_000)
    assert whole(source, "https://api.twilio.com" + PATH) == ("audio/mpeg", b"sound" * 20_000)
    word = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    assert provider.asked == [(PATH, f"Basic {word}")]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org" + PATH,
        "http://api.twilio.com" + PATH,
        "https://api.twilio.com.example.org" + PATH,
        "https://api.twilio.com@example.org" + PATH,
        "https://api.twilio.com:8443" + PATH,
        "https://api.twilio.com/2010-04-01/Accounts/ACother/Recordings/RE1",
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/../../x",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_address_is_asked_for(settings: Settings, url: str) -> None:
    with pytest.raises(NotWanted, match="address"):
        TwilioMedia(settings).address_of(url)


def test_a_redirect_within_goes_on_and_one_to_a_private_address_is_refused(
    provider: Provider, source: TwilioMedia
) -> None:
    provider.answers[PATH] = (307, {"Location": "/temporary/x"}, b"")
    provider.answers["/temporary/x"] = (200, {"Content-Type": "audio/wav"}, b"abc")
    assert whole(source, "https://api.twilio.com" + PATH)[1] == b"abc"
    with provider_at_work() as other:
        port = other.url.rsplit(":", 1)[1]
        for elsewhere in (other.url + "/x", f"https://localhost:{port}/x", "ftp://127.0.0.1/x"):
            provider.answers[PATH] = (302, {"Location": elsewhere}, b"")
            with pytest.raises(NotWanted):
                whole(source, "https://api.twilio.com" + PATH)
        assert other.asked == []


def test_a_name_that_leads_to_a_private_address_is_refused_on_the_connection(
    provider: Provider, source: TwilioMedia, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.answers[PATH] = (302, {"Location": "https://localhost/x"}, b"")
    with provider_at_work() as other:
        port = int(other.url.rsplit(":", 1)[1])
        real = media.HTTPSConnection._new_conn

        def to_port(connection: media.HTTPSConnection):
            connection.port = port
            return real(connection)

        monkeypatch.setattr(media.HTTPSConnection, "_new_conn", to_port)
        with pytest.raises(NotWanted, match="private"):
            whole(source, "https://api.twilio.com" + PATH)
        assert other.asked == []


@pytest.mark.parametrize(
    "answer", [(404, {}, b""), (401, {}, b""), (503, {}, b""), (200, {"Content-Length": "9"}, b"abc")]
)
def test_what_is_not_ready_or_breaks_off_is_asked_for_again(
    provider: Provider, source: TwilioMedia, answer: tuple[int, dict[str, str], bytes]
) -> None:
    provider.answers[PATH] = answer
    with pytest.raises(NotReady):
        whole(source, "https://api.twilio.com" + PATH)


def test_what_is_too_big_or_gone_is_not(provider: Provider, key_file) -> None:
    source = TwilioMedia(make_settings("sqlite://", key_file, twilio_api_base_url=provider.url), most_bytes=50_000)
    for answer in ((200, {}, bytes(100_000)), (410, {}, b"")):
        provider.answers[PATH] = answer
        with pytest.raises(NotWanted):
            whole(source, "https://api.twilio.com" + PATH)


def test_a_line_that_is_too_slow_is_left(provider: Provider, key_file) -> None:
    ticks = iter([0.0, 1000.0])
    source = TwilioMedia(
        make_settings("sqlite://", key_file, twilio_api_base_url=provider.url), clock=lambda: next(ticks)
    )
    provider.answers[PATH] = (200, {}, b"abc")
    with pytest.raises(NotReady, match="too-slow"):
        whole(source, "https://api.twilio.com" + PATH)
