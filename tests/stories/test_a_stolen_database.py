"""Somebody steals the database, its journal, the temporary files, the logs and the processes' environment: no word in it.

Real processes take in 400 marked values over HTTP, a psychologist writes in her browser, and then everything that lies
on the disk is searched for the marks as they are, in UTF-16, in base64 and in hexadecimal.
"""

from __future__ import annotations

import base64
import re
import secrets
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import func, make_url, select, text

from config import Settings
from tesa.core.db import db
from tesa.intake.models import CallBackTask, Contact, Message, Oddity
from tests.support import processes
from tests.support.carrier import Carrier
from tests.support.people import make_shift, make_staff, session_cookie
from tests.support.settings import AUTH_TOKEN, environment, make_settings
from tests.support.twilio import new_sid, signature

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
WRITERS, ODD, CALLERS = 70, 30, 20


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """Twilio's place."""
    with Carrier() as carrier:
        yield carrier


@pytest.fixture
def settings(database_url: str, key_file: Path, carrier: Carrier) -> Settings:
    """An installation on a free port."""
    port = processes.free_port()
    return make_settings(
        database_url, key_file, port=port, public_url=f"http://127.0.0.1:{port}", twilio_api_base_url=carrier.url
    )


class Marks:
    """Makes values that exist nowhere else, and remembers them."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def word(self) -> str:
        self.made.append("zq" + secrets.token_hex(9))
        return self.made[-1]

    def number(self) -> str:
        self.made.append(f"62812{secrets.randbelow(10**8):08d}")
        return "+" + self.made[-1]

    def disguises(self) -> dict[bytes, str]:
        """Every mark in each form in which it might lie on a disk."""
        return {
            form: mark
            for mark in self.made
            for form in (
                mark.encode(), mark.encode("utf-16-le"), mark.encode().hex().encode(),
                *(base64.b64encode(b" " * n + mark.encode())[4:-4] for n in range(3)),
            )
        }  # fmt: skip


def post(settings: Settings, path: str, **fields: str) -> requests.Response:
    form = {"AccountSid": settings.twilio_account_sid, **fields}
    signed = {"X-Twilio-Signature": signature(AUTH_TOKEN, settings.url(path), form)}
    answer = requests.post(settings.url(path), form, headers=signed, timeout=30)
    assert answer.status_code == 200, answer.status_code
    return answer


def take_in(settings: Settings, marks: Marks) -> str:
    """400 marked values from outside; gives the number of the first who wrote."""
    first = ""
    for _ in range(WRITERS):
        number = marks.number()
        first = first or number
        post(
            settings, "/twilio/message", MessageSid=new_sid("SM"), From=f"whatsapp:{number}", Body=marks.word(),
            Label=marks.word(), Address=marks.word(), NumMedia="1",
            MediaUrl0=f"https://api.twilio.com/{marks.word()}", MediaContentType0="image/jpeg",
        )  # fmt: skip
    for _ in range(ODD):
        post(settings, "/twilio/message", MessageSid="odd", From="+62", Body=marks.word())
    for _ in range(CALLERS):
        sid = new_sid("CA")
        page = post(settings, "/twilio/voice", CallSid=sid, From="anonymous", CallStatus="ringing").text
        contact = re.search(r"/twilio/voice/([0-9a-f-]{36})/wait", page)
        assert contact
        recorded = f"/twilio/voice/{contact[1]}/recorded"
        post(settings, recorded, CallSid=sid, From="anonymous", RecordingUrl=f"https://x.example/{marks.word()}")
    assert len(marks.made) >= 400
    return first


def write_in_the_browser(settings: Settings, marks: Marks, cookie: tuple[str, str], contact_id: uuid.UUID) -> None:
    """A psychologist takes the conversation, answers, opens a case and keeps what she heard."""
    browser = requests.Session()
    browser.cookies.set(*cookie, domain="127.0.0.1", path="/")

    def send(path: str, **fields: str) -> requests.Response:
        page = browser.get(settings.url("/kotak"), timeout=30).text
        token = re.search(r'name="csrf[-_]token"[^>]*?(?:value|content)="([^"]+)"', page)
        assert token, "no token on the page"
        answer = browser.post(settings.url(path), {"csrf_token": token[1], **fields}, timeout=30, allow_redirects=False)
        assert answer.status_code in {200, 204, 303}, (path, answer.status_code)
        return answer

    page = f"/kontak/{contact_id}"
    send(f"{page}/ambil")
    send(f"{page}/balas", text=marks.word())
    case = send(f"{page}/kasus", name=marks.word()).headers["Location"]
    send(f"{case}/orang", name=marks.word(), alias=marks.word(), gender="P")
    send(f"{case}/kontak-aman", to_call="yes", to_message="yes", hours=marks.word(), code_word=marks.word())
    send(f"{case}/catatan", text=marks.word(), window=str(uuid.uuid4()))
    send(f"{case}/draf/{uuid.uuid4()}", text=marks.word(), revision="0")
    send(f"{case}/risiko", risk="high", why=marks.word())
    place = {"place": marks.word(), "known": marks.word(), "safety": marks.word()}
    send(f"/penjangkauan/minta?kontak={contact_id}", priority="P2", **place)
    for path in (page, case, f"{case}/catatan", "/", "/kotak", "/penjangkauan"):
        assert browser.get(settings.url(path), timeout=30).status_code == 200


def stolen(settings: Settings, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What lies on the disk of the database and beside it."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        for path in file.parent.glob(file.name + "*"):  # the database, its -wal and its -shm
            yield path.name, path.read_bytes()
    else:
        cluster = Path(str(url.query["host"]))
        dump = subprocess.run(
            ["pg_dump", "-h", cluster, "-U", "tesa", str(url.database)], check=True, capture_output=True, timeout=60
        )
        yield "pg_dump", dump.stdout
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        for path in [*cluster.glob("data/base/*/*"), *cluster.glob("data/pg_wal/*"), cluster / "log"]:
            if path.is_file():
                yield str(path), path.read_bytes()
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()


def counted(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_that_can_be_stolen_holds_a_word(app: Flask, settings: Settings, tmp_path: Path) -> None:
    marks, temporary, log = Marks(), tmp_path / "tmp", tmp_path / "log"
    temporary.mkdir()
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    cookie = session_cookie(psychologist)
    env = environment(settings) | {"TMPDIR": str(temporary)}
    command = ["sh", "-c", f'exec "{sys.executable}" -m tesa run >"{log}" 2>&1']
    found: dict[str, bytes] = {}
    with processes.process(command, env) as running:
        processes.wait_for(settings.url("/healthz"), 60)
        take_in(settings, marks)
        db.session.rollback()
        contact = db.session.scalars(select(Contact).where(Contact.channel == "whatsapp").order_by(Contact.opened_at))
        write_in_the_browser(settings, marks, cookie, contact.first().id)
        for pid in processes.family(running.pid):
            found[f"environment of {pid}"] = Path(f"/proc/{pid}/environ").read_bytes()
        found |= dict(stolen(settings, tmp_path))
    found |= {f"{name}, at rest": content for name, content in stolen(settings, tmp_path)}
    db.session.rollback()
    assert counted(Message) >= WRITERS
    assert (counted(Oddity), counted(CallBackTask)) == (ODD, CALLERS), "the values have really come in"
    clear = psychologist.email.encode()  # addresses of staff are not sealed: where they lie, a word would lie too
    assert sum(clear in content for content in found.values()) >= 2, "the places searched are the right ones"
    searched = re.compile(b"|".join(re.escape(form) for form in marks.disguises()))
    leaks = {name: searched.search(content)[0] for name, content in found.items() if searched.search(content)}  # type: ignore[index]
    assert leaks == {}
