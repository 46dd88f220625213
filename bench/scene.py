"""Databases to measure on, and the webhooks that are sent to them."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import insert

from bench.load import post
from config import Settings
from tesa.app import create_app
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.upgrade import upgrade
from tesa.core.vault import create_key_file
from tesa.psychologists.models import Assignment
from tests.support.people import make_shift, make_staff
from tests.support.settings import close_engines, make_settings
from tests.support.twilio import new_sid, signature

PSYCHOLOGISTS = 5
TEXT = "Selamat malam, saya ingin bertanya tentang jam layanan dan apakah boleh datang bersama anak saya, terima kasih."
KNOWN = 400  # people whose conversation is open


@contextlib.contextmanager
def installation(database_url: str, **changes: object) -> Iterator[tuple[Flask, Settings]]:
    """TeSA at `database_url` with a migrated database and five psychologists on duty."""
    with tempfile.TemporaryDirectory(prefix="tesa-bench-") as folder:
        key_file = Path(folder) / "keys"
        create_key_file(key_file)
        settings = make_settings(database_url, key_file, **changes)
        app = create_app(settings, threads=False)
        upgrade(app)
        with app.app_context():
            for _ in range(PSYCHOLOGISTS):
                make_shift(make_staff("psychologist").id)
        try:
            yield app, settings
        finally:
            close_engines(app)


def fill_rota(app: Flask, rows: int) -> None:
    """Add past and future assignments of one more psychologist, eight hours each, to `rows` in all."""
    with app.app_context():
        account_id, now = make_staff("psychologist").id, clock.now()
        first = now - timedelta(hours=8 * rows // 2)
        values = [
            {
                "id": new_id(),
                "account_id": account_id,
                "line": "hotline",
                "tier": 1,
                "starts_at": first + timedelta(hours=8 * number),
                "ends_at": first + timedelta(hours=8 * number + 8),
                "source": "import",
                "status": "planned",
                "sequence": 0,
                "created_at": now,
                "changed_at": now,
            }
            for number in range(rows)
        ]
        with transaction():
            db.session.execute(insert(Assignment), values)


def signed(settings: Settings, path: str, form: dict[str, str]) -> bytes:
    """One webhook, ready to be sent."""
    form = {"AccountSid": settings.twilio_account_sid, "ApiVersion": "2010-04-01", **form}
    token = settings.twilio_auth_tokens[0]
    return post(path, urlencode(form).encode(), signature(token, settings.url(path), form))


def message(settings: Settings, sender: str, number: int) -> bytes:
    """A WhatsApp message of about 120 characters."""
    form = {
        "MessageSid": new_sid("SM"),
        "From": f"whatsapp:{sender}",
        "To": f"whatsapp:{settings.whatsapp_number}",
        "Body": f"{TEXT} {number}",
        "NumMedia": "0",
    }
    return signed(settings, "/twilio/message", form)


def messages(settings: Settings, count: int) -> list[bytes]:
    """`count` messages from KNOWN people, in turn: the first of each opens a conversation, the others go on in it."""
    return [message(settings, f"+628123{number % KNOWN:07d}", number) for number in range(count)]


def first_messages(settings: Settings, count: int) -> list[bytes]:
    """`count` messages from as many people, each the first of a conversation."""
    start = int(time.time()) % 9000 * 10_000
    return [message(settings, f"+62812{start + number:08d}", number) for number in range(count)]


def call(settings: Settings, caller: str, sid: str) -> bytes:
    """A call comes in."""
    form = {"CallSid": sid, "From": caller, "To": settings.voice_number, "CallStatus": "ringing"}
    return signed(settings, "/twilio/voice", {**form, "Direction": "inbound"})


def hang_up(settings: Settings, caller: str, sid: str) -> bytes:
    """The caller of that call is gone."""
    form = {"CallSid": sid, "From": caller, "To": settings.voice_number, "CallStatus": "completed"}
    return signed(settings, "/twilio/voice/status", {**form, "Direction": "inbound", "CallDuration": "5"})


def calls(settings: Settings, count: int) -> list[bytes]:
    """`count` calls from as many people."""
    return [call(settings, f"+628131{number:07d}", new_sid("CA")) for number in range(count)]
