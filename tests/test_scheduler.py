"""The clockwork does what is due, waits for what falls due within the second, and survives a broken job."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from config import Settings
from tesa.core import clock
from tesa.core.db import db
from tesa.scheduler import Clockwork
from tesa.telephony.models import Heartbeat
from tests.support.settings import bare_app, close_engines


@pytest.fixture
def bare(settings: Settings) -> Iterator[Flask]:
    app = bare_app(settings)
    yield app
    with app.app_context():
        close_engines(app)


def test_a_deadline_within_the_second_is_met_in_the_same_tick(bare: Flask) -> None:
    asked: list[datetime] = []
    deadline = clock.now() + timedelta(seconds=0.3)

    def job(now: datetime) -> datetime | None:
        asked.append(now)
        return deadline if now < deadline else None

    began = time.monotonic()
    Clockwork(bare, [("job", job)]).tick()
    assert len(asked) == 2
    assert asked[1] - deadline < timedelta(seconds=0.2)
    assert time.monotonic() - began < 0.9


def test_what_stays_due_does_not_make_it_spin(bare: Flask) -> None:
    asked: list[datetime] = []

    def stuck(now: datetime) -> datetime:
        asked.append(now)
        return now - timedelta(seconds=5)

    Clockwork(bare, [("stuck", stuck)]).tick()
    assert len(asked) == 1


def test_a_broken_job_does_not_stop_the_others_and_the_heart_beats(bare: Flask) -> None:
    done: list[datetime] = []

    def good(now: datetime) -> None:
        done.append(now)

    def broken(_now: datetime) -> None:
        raise ZeroDivisionError

    Clockwork(bare, [("broken", broken), ("good", good)]).tick()
    assert len(done) == 1
    with bare.app_context():
        assert db.session.get(Heartbeat, "worker") is not None
        db.session.remove()
