"""Two web processes: a page of one hears what the other has written, and no stream outlives its session, its process,
or its process's hearing."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from config import Settings
from tesa.accounts.sessions import end_sessions_of
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.support import processes
from tests.support.people import make_staff, session_cookie
from tests.support.settings import environment
from tests.support.twilio import Twilio

PATIENCE = 5.0  # seconds
Two = tuple[str, str, "subprocess.Popen[bytes]"]


class Http:
    """Posts to one of the processes."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, data: dict[str, str], headers: dict[str, str]) -> requests.Response:
        """POST a form."""
        return requests.post(self.url + path, data=data, headers=headers, timeout=20)


@contextmanager
def listening(url: str, cookie: tuple[str, str]) -> Iterator[Iterator[str]]:
    """The events of an open stream, by name, each with its data; asked for again until there is one."""
    end = time.monotonic() + PATIENCE
    while True:
        answer = requests.get(url + "/aliran", cookies=dict([cookie]), stream=True, timeout=20)
        if answer.status_code == 200 or time.monotonic() > end:
            break
        time.sleep(0.05)
    assert answer.status_code == 200
    with answer:
        yield (line for line in answer.iter_lines(chunk_size=1, decode_unicode=True) if line)


def heard(events: Iterator[str], name: str) -> tuple[str, float]:
    """The data of the next event `name`, and how long it took to come."""
    began = time.monotonic()
    for line in events:
        if line == f"event: {name}":
            return next(events), time.monotonic() - began
    raise AssertionError(f"the stream ended without {name}")


@pytest.fixture
def two(app: Flask, settings: Settings) -> Iterator[Two]:
    """The addresses of two web processes on the test's database, and the first of them."""
    urls = []
    ports = [processes.free_port(), processes.free_port()]
    env = environment(settings) | {"TESA_WEB_PROCESSES": "1"}
    with (
        processes.tesa("web", env | {"TESA_PORT": str(ports[0])}) as first,
        processes.tesa("web", env | {"TESA_PORT": str(ports[1])}),
    ):
        for port in ports:
            urls.append(f"http://127.0.0.1:{port}")
            processes.wait_for(f"{urls[-1]}/healthz")
        yield urls[0], urls[1], first


def test_a_page_hears_what_another_process_has_written(app: Flask, settings: Settings, two: Two) -> None:
    one, other, first = two
    psychologist, coordinator = make_staff("psychologist"), make_staff("coordinator")
    hers, theirs = session_cookie(psychologist), session_cookie(coordinator)
    with listening(one, hers) as events, listening(one, theirs) as events_of_coordinator:
        heard(events, "hello")
        Twilio(Http(other), settings).message("Selamat malam")
        data, _ = heard(events, "news")
        assert '"queue"' in data

        with transaction():
            end_sessions_of(psychologist.id, "sign_out", clock.now())
        data, after = heard(events, "end")
        assert data == "data: session"
        assert after < PATIENCE

        if db.engine.dialect.name == "postgresql":
            db.session.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'")
            )
            db.session.rollback()
            assert heard(events_of_coordinator, "end")[0] == "data: deaf"

    with listening(one, theirs) as events:
        heard(events, "hello")
        began = time.monotonic()
        first.send_signal(signal.SIGTERM)
        assert heard(events, "end")[0] == "data: closing"
        first.wait(PATIENCE)
        assert time.monotonic() - began < PATIENCE
