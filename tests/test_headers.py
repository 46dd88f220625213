"""The whole application: every kind of answer carries the same headers, whatever went wrong before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from config import Settings
from tesa.app import create_app
from tesa.core.vault import KeysAway
from tesa.web.assets import manifest
from tesa.web.headers import HEADERS, STRICT_TRANSPORT
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.people import make_staff, signed_in
from tests.support.settings import SOFTPHONE, close_engines
from tests.support.twilio import Twilio

FORM = "application/x-www-form-urlencoded"
NO_STORE = "no-store"


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The same application, with a page that fails as one asks."""

    def fail(how: str) -> Response:
        raise {
            "crash": ZeroDivisionError(),
            "database": OperationalError("select", {}, Exception("gone")),
            "keys": KeysAway("away"),
        }[how]

    def stream() -> Response:
        return Response((piece for piece in ("data: 1\n\n",)), mimetype="text/event-stream")

    app.add_url_rule("/twilio-no/<how>", "static_fail.static", fail)
    app.add_url_rule("/stream", "static_stream.static", stream)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def same(headers: object, *, kept: bool = False) -> None:
    assert {name: headers[name] for name in HEADERS} == HEADERS  # type: ignore[index]
    if not kept:
        assert headers["Cache-Control"] == NO_STORE  # type: ignore[index]


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/healthz", {}, 200),
        ("GET", "/readyz", {}, 503),
        ("GET", "/metrics", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("GET", "/static/nowhere.js", {}, 404),
        ("DELETE", "/healthz", {}, 405),
        ("TRACE", "/", {}, 405),
        ("OPTIONS", "/healthz", {}, 200),
        ("HEAD", "/healthz", {}, 200),
        ("POST", "/lang/en", {}, 403),
        ("POST", "/csp-laporan", {"data": b"{}", "content_type": "text/plain"}, 415),
        ("POST", "/csp-laporan", {"data": b"x", "content_type": "application/csp-report"}, 400),
        ("POST", "/csp-laporan", {"data": b"{}", "content_type": "application/csp-report"}, 204),
        ("POST", "/twilio/voice", {"data": b"a=b", "content_type": FORM}, 403),
        ("POST", "/twilio/voice", {"data": b"{}", "content_type": "application/json"}, 415),
        ("POST", "/twilio/voice", {"data": b"a=" + b"b" * 300_000, "content_type": FORM}, 413),
        ("GET", "/twilio/voice", {}, 405),
        ("GET", "/", {}, 303),
    ],
)
def test_errors_and_redirects(
    client: FlaskClient, method: str, path: str, more: dict[str, object], status: int
) -> None:
    with client.open(path, method=method, **more) as response:
        assert response.status_code in {status, 302 if status == 303 else status}
        same(response.headers)


@pytest.mark.parametrize(("how", "status"), [("crash", 500), ("database", 500), ("keys", 503)])
def test_faults(broken: Flask, client: FlaskClient, how: str, status: int) -> None:
    response = client.get(f"/twilio-no/{how}")
    assert response.status_code in {status, 503}
    same(response.headers)
    assert "Traceback" not in response.text


def test_streams(broken: Flask, client: FlaskClient) -> None:
    with client.get("/stream") as response:
        same(response.headers)


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}, {"Accept-Encoding": "gzip"}])
def test_static_files(client: FlaskClient, headers: dict[str, str]) -> None:
    with client.get(f"/static/{manifest()['tesa.js']}", headers=headers) as response:
        assert response.status_code in {200, 206}
        same(response.headers, kept=True)
        etag = response.headers.get("ETag", "")
    with client.get(f"/static/{manifest()['tesa.js']}", headers={"If-None-Match": etag}) as response:
        same(response.headers, kept=True)


def test_twilios_answers(twilio: Twilio) -> None:
    for answer in (twilio.voice(), twilio.message("halo"), twilio.voice(path="/twilio/voice/status")):
        same(answer.headers)
        assert "Strict-Transport-Security" not in answer.headers


def test_pages_and_signing_out(app: Flask, new_client: Callable[[], OutsideClient]) -> None:
    browser = signed_in(new_client(), make_staff())
    for path in ("/", "/kotak", "/kasus", "/profil"):
        page = browser.get(path)
        assert page.status_code == 200
        same(page.headers)
        assert " style=" not in page.text
        assert "<style" not in page.text
        assert "javascript:" not in page.text
    out = browser.submit("/sign-out")
    assert out.status_code == 303
    same(out.headers)
    assert {'"cache"', '"storage"'} <= set(out.headers["Clear-Site-Data"].split(", "))


@pytest.fixture
def over_tls(settings: Settings) -> Iterator[FlaskClient]:
    """The application as browsers reach it over TLS."""
    app = create_app(replace(settings, public_url="https://tesa.example"), gateway=FakeGateway())
    app.test_client_class = OutsideClient
    yield app.test_client()
    close_engines(app)


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/", "/twilio/voice", "/static/nowhere.js"])
def test_over_tls_browsers_stay_there(over_tls: FlaskClient, path: str) -> None:
    response = over_tls.get(path, base_url="https://tesa.example")
    same(response.headers)
    assert response.headers["Strict-Transport-Security"] == STRICT_TRANSPORT


def test_only_her_pages_may_telephone_and_only_while_she_wants_it(settings: Settings) -> None:
    """Whoever has switched the telephone in the browser on: her pages reach Twilio's signalling and the microphone.

    Not her fragments, files and webhooks, nobody else's pages, and none where there is no API key.
    """
    app = create_app(replace(settings, softphone=SOFTPHONE), gateway=FakeGateway())
    app.test_client_class = OutsideClient
    with app.app_context():
        person, other = make_staff("psychologist"), make_staff("psychologist")
        field, browser, hers = make_staff("outreach"), app.test_client(), app.test_client()
        signed_in(browser, person).submit("/profil/telepon", softphone="y")
        assert signed_in(app.test_client(), field).submit("/profil/telepon", softphone="y").status_code == 404
        for path in ("/", "/kotak", "/profil"):
            headers = browser.get(path).headers
            assert headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"].replace(
                "connect-src 'self';",
                "connect-src 'self' wss://voice-js.singapore.twilio.com wss://voice-js.roaming.twilio.com "
                "https://eventgw.twilio.com;",
            )
            assert headers["Permissions-Policy"] == HEADERS["Permissions-Policy"].replace(
                "microphone=()", "microphone=(self)"
            )
            rest = {"Content-Security-Policy", "Permissions-Policy"}
            assert {n: headers[n] for n in HEADERS if n not in rest} == {
                n: v for n, v in HEADERS.items() if n not in rest
            }
        same(signed_in(hers, other).get("/").headers)
        same(app.test_client().get("/sign-in").headers)
        for path in ("/kartu", "/ping", f"/static/{manifest()['softphone-twilio.js']}"):
            with browser.get(path) as answer:
                same(answer.headers, kept=path.startswith("/static"))
        same(browser.submit("/telepon/denyut").headers)
        keyless = create_app(settings, gateway=FakeGateway())
        without = keyless.test_client()
        for cookie in browser._cookies.values():
            without.set_cookie(cookie.key, cookie.value)
        same(without.get("/").headers)
        close_engines(keyless)
        browser.submit("/profil/telepon")
        same(browser.get("/").headers)
    close_engines(app)


def test_the_policy_is_the_agreed_one() -> None:
    assert HEADERS["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /csp-laporan; report-to csp"
    )
