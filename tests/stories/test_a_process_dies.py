"""Web or worker is killed at every named point, and started again: nothing is lost, nothing is done three times."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from tesa.core import failpoints
from tesa.core.db import db
from tesa.intake.models import Call, Contact, Message
from tests.support import processes
from tests.support.carrier import Carrier
from tests.support.people import make_shift, make_staff
from tests.support.settings import AUTH_TOKEN, environment, make_settings
from tests.support.twilio import Twilio, new_sid, signature

WORKER = {"tick-before-commit": 1, "tick-after-commit": 1, "outbox-after-claim": 1, "outbox-after-send": 2}
WEB = {
    "voice-before-commit": "/twilio/voice",
    "voice-after-commit": "/twilio/voice",
    "message-before-commit": "/twilio/message",
    "message-after-commit": "/twilio/message",
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """The other end of the worker's REST calls."""
    with Carrier() as carrier:
        yield carrier


@pytest.fixture
def settings(database_url: str, key_file: Path, carrier: Carrier) -> Settings:
    """An installation on a free port."""
    port = processes.free_port()
    return make_settings(
        database_url, key_file, port=port, public_url=f"http://127.0.0.1:{port}", twilio_api_base_url=carrier.url
    )


def until(reached: Callable[[], bool], seconds: float = 45) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


def test_every_failpoint_of_the_code_is_walked_here() -> None:
    elsewhere = {name for name in failpoints.NAMES if name.startswith(("shred-", "backup-", "restore-", "key-"))}
    assert set(WORKER) | set(WEB) == failpoints.NAMES - elsewhere  # tests/retention/test_a_process_dies.py


@pytest.mark.parametrize("name", WORKER)
def test_the_worker_dies(app: Flask, settings: Settings, carrier: Carrier, twilio: Twilio, name: str) -> None:
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    call = twilio.voice()
    contact_id = db.session.scalars(select(Contact.id)).one()

    def rung() -> int:
        # She waits all the while: Twilio goes on asking what she should hear.
        twilio.voice(call_sid=call.call_sid, path=f"/twilio/voice/{contact_id}/wait", CallStatus="in-progress")
        return [number for _, number in carrier.rung].count(str(psychologist.phone))

    env = environment(settings)
    with processes.tesa("worker", {**env, "TESA_FAILPOINT": name}) as worker:
        until(lambda: worker.poll() is not None)
        assert worker.returncode == -signal.SIGKILL
    with processes.tesa("worker", env):
        until(lambda: rung() == WORKER[name])
        time.sleep(2)
        assert rung() == WORKER[name]


@pytest.mark.parametrize("name", WEB)
def test_the_web_process_dies(app: Flask, settings: Settings, name: str) -> None:
    path, env = WEB[name], environment(settings)
    sid = {"CallSid": new_sid("CA")} if "voice" in name else {"MessageSid": new_sid("SM"), "Body": "halo"}
    form = {"AccountSid": settings.twilio_account_sid, "From": "+6281290000001", "CallStatus": "ringing", **sid}
    headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, settings.url(path), form)}

    def post() -> requests.Response:
        return requests.post(settings.url(path), data=form, headers=headers, timeout=20)

    with processes.tesa("web", {**env, "TESA_FAILPOINT": name}):
        processes.wait_for(settings.url("/healthz"))
        with pytest.raises(requests.ConnectionError):
            post()
    with processes.tesa("web", env):
        processes.wait_for(settings.url("/healthz"))
        assert post().status_code == 200
    table = Call if "voice" in name else Message
    kept = select(func.count()).select_from(table)
    assert db.session.scalar(kept if table is Call else kept.where(Message.direction == "in")) == 1
