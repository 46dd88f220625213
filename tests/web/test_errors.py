"""Refusals and faults become calm answers, in the form that the asker can use."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#waiting"}
REFUSALS = [
    ("rule", 422, "Giliran ini bertabrakan dengan giliran lain."),
    ("forbidden", 403, "Hanya koordinator yang boleh."),
    ("conflict", 409, "Rekan lain lebih dulu."),
]


@pytest.mark.parametrize(("kind", "status", "sentence"), REFUSALS)
def test_a_refusal_is_a_page_with_its_sentence(client: FlaskClient, kind: str, status: int, sentence: str) -> None:
    response = client.get(f"/fail/{kind}")
    assert response.status_code == status
    assert sentence in response.text
    assert response.text.startswith("<!doctype html>")


@pytest.mark.parametrize(("kind", "status", "sentence"), REFUSALS)
def test_htmx_gets_a_message_and_no_page(client: FlaskClient, kind: str, status: int, sentence: str) -> None:
    response = client.get(f"/fail/{kind}", headers=HTMX)
    assert response.status_code == status
    assert sentence in response.text
    assert '<hx-partial hx-target="#toasts"' in response.text
    assert "<html" not in response.text


def test_a_poll_that_fails_changes_nothing_in_the_page(client: FlaskClient) -> None:
    response = client.get("/fail/rule", headers={**HTMX, "HX-Poll": "true"})
    assert (response.status_code, response.data, response.headers["HX-Reswap"]) == (422, b"", "none")


def test_scripts_get_json(client: FlaskClient) -> None:
    response = client.get("/fail/conflict", headers={"Accept": "application/json"})
    assert (response.status_code, response.json) == (409, {"error": "Rekan lain lebih dulu."})


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 429, 500, 503])
def test_http_errors_have_words_of_their_own(client: FlaskClient, status: int) -> None:
    response = client.get(f"/fail/{status}")
    assert response.status_code == status
    assert f"Kode {status}" in response.text
    assert "werkzeug" not in response.text.lower()


def test_every_404_has_the_same_bytes(client: FlaskClient) -> None:
    paths = ["/nowhere", "/kasus/7", "/fail/missing", "/fail/404", "/static/x", "/home/"]
    answers = {client.get(path).data for path in paths} | {client.post("/nowhere").data}
    assert len(answers) == 1
    assert b"rahasia" not in answers.pop()
    fragments = {client.get(path, headers=HTMX).data for path in paths}
    assert len(fragments) == 1


def test_a_crash_tells_nothing(app: Flask, client: FlaskClient) -> None:
    response = client.get("/fail/crash")
    assert response.status_code == 500
    for leak in ("0812", "ZeroDivision", "Traceback", "sample.py"):
        assert leak not in response.text


def test_a_form_without_token_is_refused_and_with_token_is_read(client: FlaskClient) -> None:
    assert client.post("/folder").status_code == 403
    assert client.post("/folder", data={"csrf_token": "of-another"}).status_code == 403
    page = client.get("/folder").text
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    response = client.post("/folder", data={"csrf_token": token})
    assert response.status_code == 422
    assert "Isi nama panggilan." in response.text
    assert 'aria-invalid="true"' in response.text
    assert client.post("/queue", headers={"X-CSRFToken": token}).status_code == 200


def test_twilio_needs_no_token_and_gets_one_line(client: FlaskClient) -> None:
    assert client.post("/twilio/voice").status_code == 200
    response = client.get("/twilio/broken")
    assert (response.status_code, response.data, response.mimetype) == (422, b"422\n", "text/plain")


def test_a_refused_method_says_which_are_allowed(client: FlaskClient) -> None:
    response = client.post("/home")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
