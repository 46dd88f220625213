"""The page of continuity, the red banner, the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Settings
from tesa.continuity.models import SelfCall
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in

FAILED, OLD = "Uji hotline terakhir gagal", "belum berhasil diuji selama lebih dari 26 jam"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, self_call_number="+622150000009", metrics_token="m" * 40)


def make_self_call(clock: MovedClock, hours_ago: float, outcome: str, step: str | None = None) -> None:
    at = clock.now() - timedelta(hours=hours_ago)
    with transaction():
        db.session.add(
            SelfCall(
                id=new_id(), cause="daily", started_at=at, outcome=outcome, failed_step=step, error="", placed_at=at, ended_at=at
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("tests", "sentence"),
    [
        ([], None),
        ([(1, "succeeded")], None),
        ([(1, "failed"), (25, "succeeded")], FAILED),
        ([(0, "running"), (1, "failed")], FAILED),
        ([(1, "succeeded"), (2, "failed")], None),
        ([(25.9, "succeeded")], None),
        ([(26.1, "succeeded")], OLD),
        ([(0, "running"), (26.1, "succeeded")], OLD),
    ],
)
def test_the_banner_of_every_page(
    app: Flask, client: FlaskClient, clock: MovedClock, tests: list[tuple[float, str]], sentence: str | None
) -> None:
    for hours_ago, outcome in tests:
        make_self_call(clock, hours_ago, outcome, "met" if outcome == "failed" else None)
    assert FAILED not in client.get("/sign-in").text
    page = signed_in(client, make_staff("outreach")).get("/").text
    assert [said for said in (FAILED, OLD) if said in page] == ([sentence] if sentence else [])
    assert "/ketahanan" not in page, "only who may look is led there"
    if sentence:
        assert 'role="alert"' in signed_in(app.test_client(), make_staff("coordinator")).get("/").text


def test_a_coordinator_tests_the_line_and_sees_the_steps(app: Flask, client: FlaskClient, clock: MovedClock) -> None:
    make_self_call(clock, 30, "failed", "rung")
    person = make_staff()
    make_shift(person.id)
    signed_in(client, make_staff("coordinator"))
    page = client.get("/ketahanan").text
    assert "telepon penjawab berdering" in page
    assert person.phone not in page
    assert person.name in page
    token = {"X-CSRFToken": client.csrf_token()}
    assert client.post("/ketahanan/uji", headers=token).status_code == 303
    assert client.post("/ketahanan/uji", headers=token).status_code == 409
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(SelfCall.outcome == "running")) == 1
    assert "sedang berjalan" in client.get("/ketahanan").text
    outsider = signed_in(app.test_client(), make_staff("psychologist"))
    assert outsider.get("/ketahanan").status_code in (403, 404)


def test_the_figures(client: FlaskClient, clock: MovedClock) -> None:
    def figures() -> str:
        return client.get("/metrics", headers={"Authorization": "Bearer " + "m" * 40}).text

    assert "tesa_self_call_good -1.0" in figures()
    make_self_call(clock, 2, "succeeded")
    assert "tesa_self_call_good 1.0" in figures()
    assert "tesa_self_call_age_seconds 7200.0" in figures()
    make_self_call(clock, 1, "failed", "met")
    assert "tesa_self_call_good 0.0" in figures()
