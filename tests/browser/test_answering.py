"""A psychologist at her desk: the telephone rings, she accepts on the page, writes back, calls the outreach team."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.support.people import make_shift, make_staff


def test_an_incoming_call_is_accepted_on_the_page(live: Live, page: Page) -> None:
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    live.sign_in(page, psychologist)
    page.goto("/")

    live.twilio.voice()
    live.wait_for_ring(psychologist.phone)
    expect(page.get_by_role("heading", name="Panggilan masuk")).to_be_visible()
    page.get_by_role("button", name="Terima").click()

    expect(page).to_have_url(re.compile("/kontak/"))
    expect(page.locator("#percakapan")).to_contain_text("Telepon")


def test_a_message_is_taken_and_answered(live: Live, page: Page) -> None:
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    live.sign_in(page, psychologist)
    page.goto("/kotak")

    live.twilio.message("Selamat malam, boleh saya bercerita?", sender="+6281200000017")
    page.locator("#antrean .list-row").first.click()
    page.get_by_role("button", name="Ambil percakapan ini").click()
    expect(page.get_by_text("boleh saya bercerita")).to_be_visible()
    page.locator("textarea#text").fill("Tentu. Apakah Anda aman saat ini?")
    page.get_by_role("button", name="Kirim balasan").click()

    expect(page.locator(".bubble--out").last).to_contain_text("Apakah Anda aman saat ini?")
    live.wait_for_text("whatsapp:+6281200000017", "Tentu. Apakah Anda aman saat ini?")


def test_an_emergency_rings_the_outreach_worker(live: Live, page: Page) -> None:
    psychologist, worker = make_staff("psychologist"), make_staff("outreach")
    make_shift(psychologist.id)
    make_shift(worker.id, line="outreach")
    live.sign_in(page, psychologist)
    live.twilio.message("Selamat malam", sender="+6281200000018")
    page.goto("/kotak")
    page.locator("#antrean .list-row").first.click()
    page.get_by_role("button", name="Ambil percakapan ini").click()

    page.get_by_role("button", name="Panggil tim penjangkauan").click()

    live.wait_for_ring(worker.phone)
    expect(page.locator(".inbox-facts")).to_contain_text("P1")
