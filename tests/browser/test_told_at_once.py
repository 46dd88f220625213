"""Two open pages: what one sends the other shows within a second, and both find back when the web process has died."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from statistics import quantiles
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from config import Settings
from tests.browser.conftest import Http, Live, NewPage
from tests.support import processes
from tests.support.carrier import Carrier
from tests.support.people import make_shift, make_staff
from tests.support.settings import environment
from tests.support.twilio import Twilio

if TYPE_CHECKING:
    from collections.abc import Iterator

SENDER = "+6281200000031"
MESSAGES = 10


@contextmanager
def web(settings: Settings) -> Iterator[object]:
    with processes.tesa("web", environment(settings) | {"TESA_WEB_PROCESSES": "1"}) as started:
        processes.wait_for(f"{settings.public_url}/healthz")
        yield started


@pytest.fixture
def live(app: Flask, settings: Settings, carrier: Carrier) -> Iterator[Live]:
    """The web process is the test's own, to be killed."""
    with processes.tesa("worker", environment(settings)):
        yield Live(settings.public_url, Twilio(Http(settings.public_url), settings), carrier)


def told(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-way", "stream")
    expect(page.locator("#live")).to_have_text("Langsung")


def send(page: Page, text: str) -> None:
    page.locator("textarea#text").fill(text)
    page.get_by_role("button", name="Kirim balasan").click()


def test_what_one_page_sends_the_other_shows_within_a_second(live: Live, settings: Settings, new_page: NewPage) -> None:
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    one, other = new_page("desktop"), new_page("desktop")
    with web(settings) as process:
        live.twilio.message("Selamat malam", sender=SENDER, sid=f"SM{0xA1:032x}")  # none that the carrier gives
        for page in (one, other):
            live.sign_in(page, psychologist)
            page.goto("/kotak")
        one.locator("#antrean .list-row").first.click()
        one.get_by_role("button", name="Ambil percakapan ini").click()
        expect(one.locator("textarea#text")).to_be_visible()
        other.goto(one.url)
        told(one)
        told(other)

        waits = []
        for number in range(MESSAGES):
            send(one, f"Balasan {number}")
            began = time.monotonic()
            expect(other.locator(".bubble--out").filter(has_text=f"Balasan {number}")).to_be_visible()
            waits.append(time.monotonic() - began)
        assert quantiles(waits, n=20, method="inclusive")[-1] <= 1.0, waits

        os.killpg(process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
        for page in (one, other):
            expect(page.locator("#live")).to_have_text("Menyambung ulang…")

    with web(settings):
        live.twilio.message("Masih di sini?", sender=SENDER, sid=f"SM{0xA2:032x}")
        for page in (one, other):
            told(page)
            expect(page.locator(".bubble").filter(has_text="Masih di sini?")).to_have_count(1)
        send(other, "Ya, saya di sini.")
        for page in (one, other):
            expect(page.locator(".bubble").filter(has_text="Ya, saya di sini.")).to_have_count(1)
            assert page.locator(".bubble--out").filter(has_text="Balasan").count() == MESSAGES
