"""What browsers refused is counted by day, directive and sort; nothing else of a report is kept."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Settings
from tesa.core.db import db
from tesa.web.reports import MOST_A_MINUTE, PATH, BrowserReport, CspCount, csp_counts
from tests.support.moved_clock import MovedClock
from tests.support.settings import make_settings

OLD = "application/csp-report"
NEW = "application/reports+json"
PAGE = "https://tesa.example/kasus/2f0c7c0e-0000-4000-8000-000000000001"


@pytest.fixture
def app(app: Flask, clock: MovedClock) -> Flask:
    """The whole application instead of the sample, by a still clock."""
    return app


def old(directive: str, blocked: str) -> dict[str, Any]:
    return {"csp-report": {"document-uri": PAGE, "violated-directive": directive, "blocked-uri": blocked}}


def new(directive: str, blocked: str) -> dict[str, Any]:
    body = {"documentURL": PAGE, "effectiveDirective": directive, "blockedURL": blocked, "sample": "rahasia"}
    return {"type": "csp-violation", "age": 1, "url": PAGE, "body": body}


def send(client: FlaskClient, body: object, kind: str = NEW) -> int:
    return client.post(PATH, data=json.dumps(body), content_type=kind).status_code


def counts() -> list[tuple[str, str, int]]:
    db.session.rollback()
    return [(c.directive, c.blocked, c.count) for c in csp_counts(date(2026, 11, 1))]


def test_both_forms_are_counted_together(client: FlaskClient) -> None:
    assert send(client, old("script-src-elem 'self'", "inline"), OLD) == 204
    assert send(client, [new("script-src-elem", "inline"), new("img-src", "https://evil.example/x.png?id=7")]) == 204
    assert counts() == [("img-src", "https", 1), ("script-src-elem", "inline", 2)]
    assert csp_counts(date(2026, 11, 24))[0] == CspCount(date(2026, 11, 24), "img-src", "https", 1)
    assert csp_counts(date(2026, 11, 25)) == []


def test_nothing_of_a_report_but_its_sort_is_kept(client: FlaskClient) -> None:
    send(client, [new("img-src", PAGE), new("<script>", "javascript:alert(1)"), new("x" * 5000, "+6281200000017")])
    rows = db.session.scalars(select(BrowserReport)).all()
    assert {(r.directive, r.blocked) for r in rows} == {("img-src", "https"), ("other", "other")}


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("text/plain", b"{}", 415),
        ("application/x-www-form-urlencoded", b"a=b", 415),
        (NEW, b"", 400),
        (NEW, b"\xff\xfe", 400),
        (NEW, b"[" * 16000, 400),
        (NEW, b"[" + b" " * 20000 + b"]", 413),
        (NEW, b"null", 204),
        (NEW, b'[1, "a", null, {"body": 7}, {"body": {"blockedURL": {"a": 1}}}]', 204),
        (OLD, b'{"csp-report": {"blocked-uri": "http://[::1"}}', 204),
        (OLD, b'{"csp-report": []}', 204),
    ],
)
def test_odd_reports_are_refused_or_passed_over(client: FlaskClient, kind: str, body: bytes, status: int) -> None:
    assert client.post(PATH, data=body, content_type=kind).status_code == status


def test_a_flood_is_not_written_down(client: FlaskClient, clock: MovedClock) -> None:
    answers = [send(client, new("img-src", "inline")) for _ in range(MOST_A_MINUTE + 3)]
    assert answers == [204] * MOST_A_MINUTE + [429] * 3
    assert counts() == [("img-src", "inline", MOST_A_MINUTE)]
    clock.advance(61)
    assert send(client, [new("img-src", "inline")] * 30) == 204
    assert counts() == [("img-src", "inline", MOST_A_MINUTE + 20)]


def test_the_address_takes_only_posts(client: FlaskClient) -> None:
    assert client.get(PATH).status_code == 405


def test_the_counts_stand_among_the_figures(app: Flask, client: FlaskClient, settings: Settings) -> None:
    app.extensions["tesa_settings"] = make_settings(settings.database_url, settings.key_file, metrics_token="t" * 32)
    send(client, new("img-src", "inline"))
    figures = client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 32})
    assert 'tesa_csp_reports{directive="img-src"} 1.0' in figures.text
