"""From a conversation to a case and its sealed note."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tesa.core.db import Base, db
from tests.browser.conftest import Live, NewPage
from tests.support.people import make_shift, make_staff

WORDS = "Ia tinggal bersama kakaknya sejak pekan lalu dan merasa aman di sana."


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_note_is_written_kept_and_read_again(live: Live, new_page: NewPage, size: str) -> None:
    page = new_page(size)
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    live.sign_in(page, psychologist)
    live.twilio.message("Selamat pagi")
    page.goto("/kotak")
    page.locator("#antrean .list-row").first.click()
    page.get_by_role("button", name="Ambil percakapan ini").click()
    page.locator(".inbox-facts input#name").fill("Penelepon Pertama")
    page.get_by_role("button", name="Buka kasus baru").click()

    expect(page).to_have_url(re.compile("/kasus/"))
    page.locator("#catatan textarea").fill(WORDS)
    page.get_by_role("button", name="Simpan catatan").click()
    expect(page.locator(".note-box")).to_contain_text(WORDS)
    page.reload()
    expect(page.locator(".note-box")).to_contain_text(WORDS)

    dump = repr([tuple(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table))])
    assert "kakaknya" not in dump
    assert "Penelepon Pertama" not in dump


def test_a_note_is_written_without_scripts(live: Live, new_page: NewPage) -> None:
    page = new_page("desktop", script=False)
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    live.sign_in(page, psychologist)
    live.twilio.message("Selamat pagi")
    page.goto("/kotak")
    page.locator("#antrean .list-row").first.click()
    page.get_by_role("button", name="Ambil percakapan ini").click()
    page.get_by_role("button", name="Buka kasus baru").click()
    page.get_by_role("link", name="Buka catatan").click()
    page.locator("textarea").fill(WORDS)
    page.get_by_role("button", name="Simpan catatan").click()
    page.get_by_role("link", name="Buka catatan").click()
    expect(page.locator(".note-box")).to_contain_text(WORDS)
