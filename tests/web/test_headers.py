"""Every kind of answer carries the headers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tesa.web.assets import manifest
from tests.web.sample import make_sample

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /csp-laporan; report-to csp"
)
ANSWERS = [
    ("GET", "/home", 200), ("GET", "/bare", 200), ("GET", "/nowhere", 404), ("GET", "/fail/crash", 500),
    ("GET", "/fail/rule", 422), ("GET", "/fail/forbidden", 403), ("DELETE", "/home", 405), ("POST", "/folder", 403),
    ("GET", "/ping", 204), ("GET", "/leave", 303), ("POST", "/twilio/voice", 200), ("GET", "/twilio/nowhere", 404),
    ("GET", "/static/../config.py", 404), ("GET", "/static/nothing.js", 404),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_is_guarded_and_not_kept(client: FlaskClient, method: str, path: str, status: int) -> None:
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "microphone=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in response.headers


def test_over_tls_browsers_are_told_to_stay_there() -> None:
    client = make_sample(public_url="https://tesa.example").test_client()
    for path in ("/home", "/nowhere", f"/static/{manifest()['tesa.js']}"):
        with client.get(path) as response:
            assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_cookie_of_the_page_is_bound_to_the_host_over_tls() -> None:
    over_tls = make_sample(public_url="https://tesa.example").test_client()
    cookie = over_tls.get("/home", base_url="https://tesa.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-page=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert make_sample().test_client().get("/home").headers["Set-Cookie"].startswith("page=")


@pytest.mark.parametrize("name", sorted(manifest()))
def test_built_files_are_guarded_too_and_kept_for_ever(client: FlaskClient, name: str) -> None:
    with client.get(f"/static/{manifest()[name]}") as response:
        assert response.status_code == 200
        assert response.headers["Content-Security-Policy"] == POLICY
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_large_files_come_packed_to_those_who_can_unpack(client: FlaskClient) -> None:
    path = f"/static/{manifest()['tesa.css']}"
    with client.get(path) as plain, client.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.mimetype == plain.mimetype == "text/css"
        assert len(packed.data) < len(plain.data) / 4
    assert client.get(f"{path}.gz").status_code == 404
