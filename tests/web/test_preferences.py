"""Language and theme."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tesa.web.preferences import local_path
from tests.web.sample import make_sample


def _token(client: FlaskClient) -> str:
    return client.get("/bare").text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def test_indonesian_is_the_beginning_whatever_the_browser_prefers(client: FlaskClient) -> None:
    page = client.get("/home", headers={"Accept-Language": "en"}).text
    assert '<html lang="id"' in page
    assert "Keluar" in page


def test_the_switch_keeps_english_and_goes_back_to_the_page(client: FlaskClient) -> None:
    response = client.post("/lang/en", data={"csrf_token": _token(client), "next": "/home?x=1"})
    assert (response.status_code, response.headers["Location"]) == (303, "/home?x=1")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    page = client.get("/home").text
    assert '<html lang="en"' in page
    assert "Sign out" in page
    assert "Tuesday" not in page
    assert client.get("/nowhere").text.count("Not found") == 2


def test_lang_in_the_address_counts_for_one_page(client: FlaskClient) -> None:
    assert "Sign out" in client.get("/home?lang=en").text
    assert "Keluar" in client.get("/home?lang=xx").text


def test_the_theme_is_written_by_the_server(client: FlaskClient) -> None:
    assert 'data-theme="auto"' in client.get("/home").text
    client.post("/theme/dark", data={"csrf_token": _token(client)})
    page = client.get("/home").text
    assert 'data-theme="dark" data-bs-theme="dark"' in page


@pytest.mark.parametrize("path", ["/lang/xx", "/theme/pink"])
def test_unknown_choices_do_not_exist(client: FlaskClient, path: str) -> None:
    assert client.post(path, data={"csrf_token": _token(client)}).status_code == 404


def test_a_switch_needs_a_token(client: FlaskClient) -> None:
    assert client.post("/lang/en").status_code == 403


def test_the_cookie_is_secure_over_tls() -> None:
    client = make_sample(public_url="https://tesa.example").test_client()
    token = (
        client.get("/bare", base_url="https://tesa.example").text.split('name="csrf_token" value="', 1)[1].split('"')[0]
    )
    response = client.post(
        "/lang/en",
        data={"csrf_token": token},
        base_url="https://tesa.example",
        headers={"Referer": "https://tesa.example/"},
    )
    assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ("/kotak?tab=mine", "/kotak?tab=mine"), (None, "/"), ("", "/"), ("kotak", "/"), ("//evil.example", "/"),
        ("/\\evil.example", "/"), ("https://evil.example", "/"), ("/a\\b", "/"), ("/a\r\nSet-Cookie: x=1", "/"),
        ("javascript:alert(1)", "/"),
    ],
)  # fmt: skip
def test_only_local_paths_are_gone_back_to(wish: str | None, path: str) -> None:
    assert local_path(wish) == path
