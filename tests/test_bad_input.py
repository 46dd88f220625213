"""Odd and hostile requests: each has one calm answer, on every address, and none of them is a fault of ours."""

from __future__ import annotations

import gc
import io
import logging
import socket
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Settings
from tesa.core.db import db
from tesa.intake.models import Call, Contact, Message
from tesa.psychologists.models import Assignment
from tesa.web.assets import manifest
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.settings import AUTH_TOKEN
from tests.support.twilio import CALLER, Twilio, new_sid, signature

FORM = "application/x-www-form-urlencoded"
VOICE = "/twilio/voice"
Browser = Callable[[], OutsideClient]
PAGES = ("/", "/kotak", "/kasus", "/penjangkauan", "/jadwal", "/profil")
REFUSED = {400, 403, 404, 405, 413, 414, 415, 422, 431}


@pytest.fixture
def psychologist(app: Flask, clock: MovedClock, new_client: Browser) -> OutsideClient:
    person = make_staff("psychologist")
    make_shift(person.id)
    return signed_in(new_client(), person)


@pytest.fixture
def coordinator(app: Flask, clock: MovedClock, new_client: Browser) -> OutsideClient:
    return signed_in(new_client(), make_staff("coordinator"))


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


# -- Twilio's signature: its neighbours -----------------------------------------------------------------------------
def raw(client: FlaskClient, settings: Settings, body: bytes, signed: dict[str, str], **headers: str) -> int:
    """POST raw bytes to /twilio/voice with a signature over the fields `signed`."""
    known = {"X-Twilio-Signature": signature(AUTH_TOKEN, settings.url(VOICE), signed), **headers}
    return client.post(VOICE, data=body, content_type=FORM, headers=known).status_code


def known(settings: Settings) -> dict[str, str]:
    return {"AccountSid": settings.twilio_account_sid, "CallSid": new_sid("CA"), "From": CALLER}


def encoded(fields: dict[str, str]) -> bytes:
    return "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in fields.items()).encode()


def test_moved_field_boundaries_are_another_account_or_another_signature(
    client: FlaskClient, settings: Settings
) -> None:
    """`AccountSid=AC…&CallSid=CA…` and `AccountSidAC…=&…` sign alike; the checks behind the signature tell them apart."""
    fields = known(settings)
    sid = fields["AccountSid"]
    assert raw(client, settings, encoded(fields), fields) == 200
    moved = encoded({f"AccountSid{sid}": "", **{k: v for k, v in fields.items() if k != "AccountSid"}})
    assert raw(client, settings, moved, fields) == 403
    split = encoded({"Account": f"Sid{sid}", **{k: v for k, v in fields.items() if k != "AccountSid"}})
    assert raw(client, settings, split, fields) == 403
    assert count(Call) == 1


def test_a_doubled_account_is_refused_and_a_doubled_call_reaches_a_human(
    client: FlaskClient, settings: Settings, twilio: Twilio
) -> None:
    fields = known(settings)
    twice = encoded(fields) + b"&AccountSid=" + fields["AccountSid"].encode()
    assert raw(client, settings, twice, fields) in {200, 403}, "the same value twice signs like once"
    foreign = encoded(fields) + b"&AccountSid=AC" + b"9" * 32
    assert raw(client, settings, foreign, fields) == 403


@pytest.mark.parametrize(
    "header",
    [
        {"X-HTTP-Method-Override": "GET"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/twilio/message"},
        {"X-Rewrite-URL": "/metrics"},
        {"Connection": "X-Twilio-Signature", "TE": "trailers"},
        {"Expect": "100-continue"},
        {"Host": "evil.example"},
        {"I-Twilio-Idempotency-Token": "x" * 5000},
        {"X-Twilio-Signature-Extra": "a"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_headers_of_proxies_and_clients_change_nothing(
    client: FlaskClient, settings: Settings, header: dict[str, str]
) -> None:
    fields = known(settings)
    assert raw(client, settings, encoded(fields), fields, **header) == 200
    assert raw(client, settings, encoded(fields), {**fields, "a": "b"}, **header) == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FORM + "; charset=utf-8", 200),
        (FORM + "; charset=utf-16", 200),  # Werkzeug reads UTF-8 whatever is said, and so does the signature
        (FORM + "; charset=no-such", 200),
        ("APPLICATION/X-WWW-FORM-URLENCODED", 200),
        ("application/json", 415),
        ("application/x-www-form-urlencoded2", 415),
        ("", 415),
        (f"text/plain; {FORM}", 415),
        ("multipart/form-data; boundary=" + "x" * 5000, 415),
    ],
)
def test_the_type_of_a_body(client: FlaskClient, settings: Settings, kind: str, status: int) -> None:
    fields = known(settings)
    headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, settings.url(VOICE), fields)}
    assert client.post(VOICE, data=encoded(fields), content_type=kind, headers=headers).status_code == status


def test_a_signature_over_the_address_alone_does_not_open_for_any_body(client: FlaskClient, settings: Settings) -> None:
    path = VOICE + "?bodySHA256=" + "0" * 64
    headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, settings.url(path), {})}
    for kind in ("application/json", FORM):
        body = encoded(known(settings))
        assert client.post(path, data=body, content_type=kind, headers=headers).status_code in {403, 415}
    assert count(Call) == 0


def test_the_query_is_signed_too(client: FlaskClient, settings: Settings) -> None:
    fields = known(settings)
    headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, settings.url(VOICE), fields)}
    assert client.post(VOICE + "?a=1", data=fields, headers=headers).status_code == 403
    assert client.post(VOICE + "?", data=fields, headers=headers).status_code == 200


def test_the_first_token_goes_on_counting_while_the_second_is_there(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    app.extensions["tesa_settings"] = replace(settings, twilio_auth_tokens=(AUTH_TOKEN, "the-next"))
    for token, status in ((AUTH_TOKEN, 200), ("the-next", 200), ("the-one-before", 403), ("", 403)):
        fields = known(settings)
        headers = {"X-Twilio-Signature": signature(token, settings.url(VOICE), fields)}
        assert client.post(VOICE, data=fields, headers=headers).status_code == status


@pytest.mark.parametrize("body", [b"%ff=%fe&From=%ff", b"a=%", b"\xff\xfe\x00", b"&&&&", b"=", b"a" * 200_000])
def test_broken_bytes_are_refused_without_a_row(client: FlaskClient, settings: Settings, body: bytes) -> None:
    assert raw(client, settings, body, {}) in {403, 415}
    assert count(Contact) == 0


def test_signed_bytes_that_are_no_text_are_kept(twilio: Twilio, app: Flask) -> None:
    """U+FFFD stands for what was not UTF-8; a lone surrogate cannot be signed at all."""
    assert twilio.message("rusak \ufffd\ufffd").status_code == 200
    assert twilio.message("\U0001f621" * 10).status_code == 200
    assert count(Message) >= 2


# -- words in disguise ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "TOLONG", "t\u200bo\u200bl\u200bo\u200bn\u200bg", "ＴＯＬＯＮＧ", "to\u00adlong", "𝐭𝐨𝐥𝐨𝐧𝐠",
        "t0l0ng", "tolooooong!!!", "\u202egnolot TOLONG", "tolong\x00", "TÓLÓNG",
    ],
)  # fmt: skip
def test_an_emergency_in_disguise_is_one(twilio: Twilio, app: Flask, text: str) -> None:
    twilio.message(text)
    assert db.session.scalars(select(Contact.risk)).one() == "emergency"


# -- nothing is fetched -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.jpg", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
        "http://[::1]/", "http://evil.example/redirect", "gopher://127.0.0.1/", "//evil.example", "",
    ],
)  # fmt: skip
def test_media_addresses_are_kept_and_never_asked(
    twilio: Twilio, app: Flask, url: str, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    asked: list[object] = []
    real = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: asked.append(to) or real(self, to))
    answer = twilio.message("", NumMedia="-1", MediaUrl0=url, MediaContentType0="image/jpeg")
    assert answer.status_code == 200
    assert [to for to in asked if not str(to).startswith("/tmp")] == []


# -- pages ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    [
        "/static/../config.py", "/static/..%2f..%2fconfig.py", "/static/%2e%2e/%2e%2e/config.py", "/static/....//config.py",
        "/static//etc/passwd", "/static/%00", "/static/tesa.js%00.css", "/static/manifest.json", "/static/..\\..\\config.py",
        "/kasus/null", "/kasus/0", "/kasus/-1", f"/kasus/{2**63}", "/kasus/%00", "/kasus/..%2f..%2f",
        "/kontak/00000000-0000-0000-0000-000000000000", "/kasus/" + "a" * 3000, "/kasus/%ff%fe", "/%ff",
        "/lang/xx", "/.env", "/.git/config", "/kotak/x.css", "/kasus/x.js", "/profil/nothing.css", "/kotak;a.css",
    ],
)  # fmt: skip
def test_addresses_that_are_none(psychologist: OutsideClient, path: str) -> None:
    """Among them those by which a cache is deceived: a page's address with the ending of a file."""
    response = psychologist.get(path)
    assert response.status_code in {404, 405}, response.status_code
    assert response.headers["Cache-Control"] == "no-store"
    assert "root:" not in response.text


@pytest.mark.parametrize(
    "query", ["a=%00", "tab=%00", "tab[]=1", "tab=1&tab=2", "sebelum=9" * 40, "%ff=%fe", "=", "&" * 3000]
)
def test_odd_queries(psychologist: OutsideClient, query: str) -> None:
    for page in PAGES:
        assert psychologist.get(f"{page}?{query}").status_code in {200, 303, 400, 404}, page


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "x=" + "a" * 100_000}, {"Cookie": "page=not-signed; page=twice"}, {"Cookie": "session=\x00; tesa=\xff"},
        {"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "PUT"}, {"Range": "bytes=0-10"},
        {"Range": "bytes=" + "0-1," * 500}, {"If-None-Match": "*"}, {"If-Modified-Since": "never"}, {"Accept": "*/" * 5000},
        {"Accept-Language": "xx;q=9," * 2000}, {"Content-Length": "7"}, {"Expect": "100-continue"}, {"Upgrade": "h2c"},
        {"HX-Request": "true", "HX-Target": "<script>"}, {"HX-Request": "true", "HX-Current-URL": "http://evil.example"},
        {"Referer": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}, {"User-Agent": "\x1b[31mred"},
    ],
    ids=lambda headers: " ".join(f"{k}: {v[:20]!r}" for k, v in headers.items()),
)  # fmt: skip
def test_odd_headers(psychologist: OutsideClient, headers: dict[str, str]) -> None:
    for page in (*PAGES, f"/static/{manifest()['tesa.js']}"):
        with psychologist.get(page, headers=headers) as response:
            assert response.status_code in {200, 206, 303, 304, 416}, page
            assert "evil.example" not in response.text
            assert "evil.example" not in response.headers.get("Location", "")
            assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil",
        "%2f%2fevil.example",
        "/a\r\nSet-Cookie: a=b",
    ],
)
def test_one_is_led_to_paths_of_this_house_only(psychologist: OutsideClient, target: str) -> None:
    for path in ("/lang/en", "/theme/dark"):
        response = psychologist.submit(path, next=target)
        location = response.headers.get("Location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert "\r" not in location
        assert "a=b" not in str(response.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("body", [b"[" * 50_000, b'{"a":' * 20_000, b"\xff", b"{}", b"null", b"[1]", b'"a"', b"7"])
def test_json_where_a_form_is_wanted(psychologist: OutsideClient, body: bytes) -> None:
    token = {"X-CSRFToken": psychologist.csrf_token()}
    for path in ("/kasus/cari", f"/kontak/{uuid.uuid4()}/balas", "/lang/en"):
        answer = psychologist.post(path, data=body, content_type="application/json", headers=token)
        assert answer.status_code in REFUSED | {303}, path


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_form_of_many_parts_or_bytes_is_refused(psychologist: OutsideClient) -> None:
    path = f"/kontak/{uuid.uuid4()}/balas"
    token = {"X-CSRFToken": psychologist.csrf_token()}
    parts = (
        b"".join(b"--x\r\nContent-Disposition: form-data; name=a%d\r\n\r\n1\r\n" % i for i in range(5000)) + b"--x--"
    )
    kind = "multipart/form-data; boundary=x"
    assert psychologist.post(path, data=parts, content_type=kind, headers=token).status_code in {400, 413}
    nested = (
        b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n"
        * 50
    )
    assert psychologist.post(path, data=nested, content_type=kind, headers=token).status_code in REFUSED
    large = b"text=" + b"x" * (3 * 1024 * 1024)
    assert psychologist.post(path, data=large, content_type=FORM, headers=token).status_code == 413
    assert (
        psychologist.post(path, data=b"a=" * 10, content_type="multipart/form-data", headers=token).status_code
        in REFUSED
    )


def test_without_or_with_anothers_token_nothing_happens(
    psychologist: OutsideClient, coordinator: OutsideClient
) -> None:
    for headers in ({}, {"X-CSRFToken": ""}, {"X-CSRFToken": "x" * 5000}, {"X-CSRFToken": "null"}):
        assert psychologist.post("/profil", headers=headers).status_code in {403, 405}
        assert psychologist.post("/lang/en", headers=headers).status_code == 403


# -- what is written into the log -----------------------------------------------------------------------------------
def test_a_line_break_does_not_forge_a_line_of_the_log(
    twilio: Twilio, psychologist: OutsideClient, caplog: pytest.LogCaptureFixture
) -> None:
    from tesa.core.logs import JsonLines

    caplog.set_level(logging.DEBUG)
    forged = 'x\r\n{"level":"info","what":"forged"}\x1b[2J'
    twilio.voice(path="/twilio/voice/fallback", ErrorCode=forged)
    twilio.post("/twilio/page/status", MessageStatus="failed", ErrorCode=forged)
    psychologist.get("/kasus/" + "x%0d%0aforged")
    for record in caplog.records:
        line = JsonLines().format(record)
        assert "\n" not in line
        assert "\x1b" not in line


# -- the rota as a file -----------------------------------------------------------------------------------------------
def upload(browser: OutsideClient, content: bytes, name: str = "jadwal.csv") -> int:
    fields = {"csrf_token": browser.csrf_token(), "file": (io.BytesIO(content), name), "terapkan": "1"}
    status = browser.post("/jadwal/impor", data=fields, content_type="multipart/form-data").status_code
    gc.collect()  # the temporary file of an upload that was refused half way is closed here, not in another test
    return status


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xef\xbb\xbf", "tanggal,nama\n".encode("utf-16"), b"\x00" * 1000, b"x" * (1024 * 1024), b'"' * 5000, b"a,b\n" * 20_000,
        b"=cmd|' /C calc'!A0,=1+1,@SUM(1),-2,+3\n", b"\xff\xd8\xff\xe0JFIF", b"PK\x03\x04", "٢٠٢٦-١١-٢٤,x\n".encode(),
    ],
    ids=["empty", "bom", "utf16", "nul", "long line", "quotes", "many lines", "formulas", "jpeg", "zip", "arabic digits"],
)  # fmt: skip
def test_files_that_are_no_rota(coordinator: OutsideClient, content: bytes) -> None:
    assert upload(coordinator, content, "../../etc/passwd") in REFUSED | {200}
    assert count(Assignment) == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_larger_than_the_house_takes_is_refused(coordinator: OutsideClient) -> None:
    assert upload(coordinator, b"x" * (10 * 1024 * 1024)) == 413


# -- many at once ------------------------------------------------------------------------------------------------------
def test_two_hundred_messages_are_one_contact_and_the_emergency_among_them_is_seen(twilio: Twilio, app: Flask) -> None:
    for number in range(60):
        assert twilio.message(f"halo {number}").status_code == 200
    twilio.message("tolong")
    assert (count(Contact), db.session.scalars(select(Contact.risk)).one()) == (1, "emergency")


def test_words_of_code_are_words(twilio: Twilio, psychologist: OutsideClient, app: Flask, clock: MovedClock) -> None:
    from tesa.intake.jobs import advance_contacts

    words = [
        "{{7*7}}",
        "<script>alert(1)</script>",
        "'; DROP TABLE contact; --",
        "</Say><Dial>+628</Dial>",
        "\u202eright",
        "${7*7}",
    ]
    for text in words:
        assert fromstring(twilio.message(text).data).tag == "Response"
    advance_contacts(clock.now())
    db.session.rollback()
    contact_id = db.session.scalars(select(Contact.id)).one()
    psychologist.submit(f"/kontak/{contact_id}/ambil")
    page = psychologist.get(f"/kontak/{contact_id}").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page
    assert "49" not in page.split("{{7*7}}")[0][-20:]
    assert "<bdi>\u202eright</bdi>" in page


def test_health_names_nobody(twilio: Twilio, client: FlaskClient) -> None:
    twilio.message("halo")
    assert client.get("/healthz").json == {"status": "ok"}
    assert set(client.get("/readyz").json or {}) <= {"status", "database", "worker", "keys"}
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert count(Message) > 0
