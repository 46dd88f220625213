"""The whole page for everybody, one block for htmx."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_without_htmx_it_is_the_whole_page(client: FlaskClient) -> None:
    page = client.get("/queue").text
    assert "<!doctype html>" in page
    assert 'id="waiting"' in page
    assert 'id="mine-list"' in page


@pytest.mark.parametrize(
    ("headers", "query", "inside", "outside"),
    [
        ({"HX-Target": "section#waiting"}, "", 'id="waiting"', 'id="mine-list"'),
        ({"HX-Target": "section#mine-list"}, "?blok=mine", 'id="mine-list"', 'id="waiting"'),
        ({"HX-Target": "div#else"}, "?blok=waiting", 'id="waiting"', 'id="mine-list"'),
    ],
)
def test_htmx_gets_the_block_it_names(
    client: FlaskClient, headers: dict[str, str], query: str, inside: str, outside: str
) -> None:
    part = client.get(f"/queue{query}", headers=PART | headers).text
    assert inside in part
    assert outside not in part
    assert "<html" not in part


def test_macros_imported_by_the_page_are_there_for_the_block(client: FlaskClient) -> None:
    assert "Rendah" in client.get("/queue", headers=PART | {"HX-Target": "section#waiting"}).text


@pytest.mark.parametrize(
    "headers",
    [
        PART | {"HX-Target": "main#main"},
        {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "section#waiting"},
        PART | {"HX-Boosted": "true", "HX-Target": "section#waiting"},
    ],
)
def test_an_unknown_target_or_a_whole_page_request_gets_the_page(client: FlaskClient, headers: dict[str, str]) -> None:
    assert "<!doctype html>" in client.get("/queue", headers=headers).text


def test_an_act_answers_with_its_block_and_the_flashed_message(client: FlaskClient) -> None:
    token = client.get("/queue").text.split('data-csrf="', 1)[1].split('"', 1)[0]
    headers = PART | {"HX-Target": "form#f", "X-CSRFToken": token}
    answer = client.post("/queue", headers=headers).text
    assert 'id="waiting"' in answer
    assert "Sudah diambil." in answer
    assert "hx-partial" in answer


def test_a_poll_leaves_the_message_for_the_next_page(client: FlaskClient) -> None:
    token = client.get("/queue").text.split('data-csrf="', 1)[1].split('"', 1)[0]
    poll = PART | {"HX-Poll": "true", "HX-Target": "section#waiting", "X-CSRFToken": token}
    assert "Sudah diambil." not in client.post("/queue", headers=poll).text
    assert "Sudah diambil." in client.get("/home").text


def test_leaving_is_a_redirect_for_browsers_and_a_header_for_htmx(client: FlaskClient) -> None:
    plain, htmx = client.get("/leave"), client.get("/leave", headers=PART)
    assert (plain.status_code, plain.headers["Location"]) == (303, "/home")
    assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (204, "/home")
