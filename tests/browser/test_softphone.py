"""The telephone in the browser: the practice line rings the very bar that Twilio's library would ring."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from config import Settings
from tesa.accounts.models import Account
from tesa.accounts.public import StaffMember
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.telephony.practice import PracticeConfig, PracticePhone, create_practice_app
from tesa.telephony.practice.client import PracticeClient
from tests.browser.conftest import PATIENCE, SIZES, Live
from tests.support import processes
from tests.support.people import make_shift, make_staff
from tests.support.settings import ACCOUNT_SID, AUTH_TOKEN, SOFTPHONE, VOICE_NUMBER, make_settings

CALLER, TALKING = "+6281290000041", "Tersambung"


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> str:
    """Whose telephone it is: the practice line's, or Twilio's."""
    return str(getattr(request, "param", "practice"))


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_request(self, *_: object) -> None:
        """Not a word."""


@pytest.fixture
def settings(database_url: str, key_file: Path, driver: str) -> Settings:
    """Settings of an installation on which browsers telephone."""
    url, line = (f"http://127.0.0.1:{processes.free_port()}" for _ in range(2))
    practice = line if driver == "practice" else None
    return make_settings(
        database_url, key_file, port=int(url.rpartition(":")[2]), public_url=url, softphone=SOFTPHONE,
        twilio_api_base_url=line, practice_url=practice,
    )  # fmt: skip


@pytest.fixture
def person(app: object) -> StaffMember:
    """A psychologist on duty who has switched the telephone in her browser on."""
    staff = make_staff("psychologist")
    make_shift(staff.id)
    with transaction():
        db.session.get_one(Account, staff.id).softphone = True
    return staff


@pytest.fixture
def line(settings: Settings, person: StaffMember) -> Iterator[PracticeClient]:
    """The practice line, ten times as fast as people, with her ordinary telephone on it."""
    port = int((settings.twilio_api_base_url or "").rpartition(":")[2])
    config = PracticeConfig(
        ACCOUNT_SID, AUTH_TOKEN, settings.public_url, VOICE_NUMBER, settings.sms_number or "",
        settings.whatsapp_number or "", port, (PracticePhone(person.phone or "", "Psikolog"),), pace=0.2,
        api_key=SOFTPHONE.api_key, api_secret=SOFTPHONE.api_secret, twiml_app=SOFTPHONE.twiml_app,
    )  # fmt: skip
    server = make_server("127.0.0.1", port, create_practice_app(config), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield PracticeClient(f"http://127.0.0.1:{port}")
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(chromium, line: PracticeClient, live: Live, person: StaffMember, opened_pages: list[Page]) -> Iterator[Page]:
    """Her page, with a microphone that Chromium pretends."""
    context = chromium.new_context(
        base_url=live.url,
        viewport=SIZES["desktop"],
        locale="id-ID",
        permissions=["microphone"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    opened_pages.append(page)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
    live.sign_in(page, person)
    yield page
    context.close()
    assert complaints == []


def rings_no_more(page: Page, line: PracticeClient, person: StaffMember) -> None:
    """Her ordinary telephone stops within two seconds."""
    for _ in range(20):
        if line.phone_state(person.phone or "")["call"] is None:
            return
        page.wait_for_timeout(100)
    raise AssertionError("her ordinary telephone still rings")


def test_a_call_in_the_bar_outlives_a_reload(desk: Page, line: PracticeClient, person: StaffMember) -> None:
    desk.goto("/")
    bar = desk.locator("#softphone")
    state = bar.locator("[data-phone-state]")
    expect(state).to_have_text("Tidak siap")
    bar.get_by_role("button", name="Siap menerima").click()
    expect(state).to_have_text("Siap menerima")

    call = line.call(CALLER, keys="")
    expect(state).to_have_text("Panggilan masuk", timeout=20_000)
    bar.get_by_role("button", name="Jawab").click()
    expect(state).to_have_text(TALKING)
    rings_no_more(desk, line, person)

    bar.get_by_role("button", name="Bisukan").click()
    expect(bar.get_by_role("button", name="Bunyikan")).to_be_visible()
    bar.get_by_role("link", name="Buka kontak").click()
    expect(desk).to_have_url(re.compile("/kontak/"))
    expect(desk.locator("#percakapan")).to_be_visible()
    expect(state).to_have_text(TALKING)

    desk.on("dialog", lambda dialog: dialog.accept())  # "do you want to leave?"
    desk.reload()
    expect(state).to_have_text(TALKING)
    expect(bar.get_by_role("button", name="Bunyikan")).to_be_visible()
    assert line.call_state(call)["status"] == "in-progress", "her client was not dropped"

    bar.get_by_role("button", name="Tutup telepon").click()
    expect(state).not_to_have_text(TALKING)
    assert line.wait(call, 10)["status"] == "completed"
    faults = line.log()["errors"]
    assert faults == []


@pytest.mark.parametrize("driver", ["twilio"], indirect=True)
def test_twilios_own_library_lives_under_our_policy(desk: Page, settings: Settings) -> None:
    """It loads from our own files, takes our token, and asks Twilio's signalling, which is out of reach here."""
    sockets: list[str] = []
    asked: list[str] = []
    desk.on("websocket", lambda socket: sockets.append(socket.url))
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto("/")
    bar = desk.locator("#softphone")
    with desk.expect_event("websocket", timeout=PATIENCE):
        bar.get_by_role("button", name="Siap menerima").click()
    assert sockets == ["wss://voice-js.singapore.twilio.com/signal"]
    bar.get_by_role("button", name="Uji perangkat").click()
    expect(bar.locator("[data-phone-heard]")).to_have_text("Mikrofon menangkap suara")
    expect(bar.locator("#phone-input option")).not_to_have_count(0)
    assert f"{settings.public_url}/telepon/token" in asked
    outside = {u.split("/")[2] for u in asked if not u.startswith((settings.public_url, "data:", "blob:"))}
    assert outside <= {"voice-js.singapore.twilio.com", "voice-js.roaming.twilio.com", "eventgw.twilio.com"}
    assert any("/static/key-5-" in url for url in asked), "its sounds are ours"
