"""Fixtures of the browser tests: TeSA as an operator runs it, and Chromium in front of it.

Web and worker are processes of their own on the test's database; the carrier accepts every REST call. The test plays
Twilio with signed webhooks over HTTP, and prepares staff and rota through the same builders as the other tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page

from config import Settings
from tesa.accounts.public import StaffMember
from tests.support import processes
from tests.support.carrier import Carrier
from tests.support.people import session_cookie
from tests.support.settings import environment, make_settings
from tests.support.twilio import Twilio

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SHOTS = Path(__file__).parent / "shots"
PATIENCE = 10_000  # milliseconds that an element may take to appear


@pytest.hookimpl(tryfirst=True)  # before pytest reads the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder needs the browser, and the time that a browser takes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.timeout(120))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[pytest.TestReport]:
    """When a test fails, keep what each of its pages showed."""
    report = yield
    if report.when == "call" and report.failed:
        SHOTS.mkdir(exist_ok=True)
        for number, page in enumerate(item.funcargs.get("opened_pages", [])):
            page.screenshot(path=SHOTS / f"{item.name}-{number}.png", full_page=True)
    return report


@pytest.fixture
def opened_pages() -> list[Page]:
    """The pages that a test has opened so far."""
    return []


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """The other end of TeSA's REST calls."""
    with Carrier() as carrier:
        yield carrier


@pytest.fixture
def settings(database_url: str, key_file: Path, carrier: Carrier) -> Settings:
    """Settings of an installation on a free port of 127.0.0.1."""
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    return make_settings(database_url, key_file, port=port, public_url=url, twilio_api_base_url=carrier.url)


class Http:
    """Posts to a running server; what the Twilio of the tests needs of a client."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, data: dict[str, str], headers: dict[str, str]) -> Any:
        """POST a form."""
        return requests.post(self.url + path, data=data, headers=headers, timeout=20)


@dataclass
class Live:
    """TeSA, running."""

    url: str
    twilio: Twilio
    carrier: Carrier

    def sign_in(self, page: Page, person: StaffMember) -> None:
        """Make `person` the one who is signed in on `page`, and on all pages of its browser profile."""
        name, value = session_cookie(person)
        page.context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def wait_for_ring(self, number: str | None, seconds: float = 20) -> None:
        """Until the carrier was told to ring `number`."""
        self._wait(lambda: any(to == number for _, to in self.carrier.rung), self.carrier.rung, seconds)

    def wait_for_text(self, number: str, body: str, seconds: float = 20) -> None:
        """Until the carrier was given a message with `body` for `number`."""
        self._wait(lambda: (number, body) in self.carrier.texts, self.carrier.texts, seconds)

    def _wait(self, reached: Callable[[], bool], seen: object, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > end:
                raise AssertionError(f"the carrier saw only {seen}")
            time.sleep(0.05)


@pytest.fixture
def live(app: Flask, settings: Settings, carrier: Carrier) -> Iterator[Live]:
    """Web and worker on the test's database. `app` is there for builders, its session sees what they commit."""
    env = environment(settings) | {"TESA_WEB_PROCESSES": "1"}
    with processes.tesa("web", env), processes.tesa("worker", env):
        processes.wait_for(f"{settings.public_url}/readyz")
        yield Live(settings.public_url, Twilio(Http(settings.public_url), settings), carrier)


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser, live: Live, opened_pages: list[Page]) -> Iterator[NewPage]:
    """`new_page("phone", dark=True)`: a page in a browser profile of its own. A script error or a refusal by the
    content-security policy on any of them fails the test."""
    contexts = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def make(size: str = "desktop", dark: bool = False, script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live.url,
            viewport=SIZES[size],
            has_touch=size == "phone",
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        opened_pages.append(page)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page on a desktop."""
    return new_page("desktop")


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """A page on a phone."""
    return new_page("phone")
