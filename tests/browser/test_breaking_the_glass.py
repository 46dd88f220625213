"""A coordinator breaks the glass of a case and proposes to download it; another reviews the one and approves the other."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from playwright.sync_api import expect

from tesa.cases.actions.open_case import open_case
from tesa.cases.actions.write_note import write_note
from tesa.core import clock
from tesa.core.transactions import transaction
from tests.browser.conftest import Live, NewPage
from tests.browser.test_every_page import flaws
from tests.support.people import make_staff

REASON = "Psikolognya sakit dan polisi menunggu keterangan"
NOTE = "Ia bercerita tentang malam itu"


def test_two_coordinators(app: Flask, live: Live, new_page: NewPage) -> None:
    owner, one, two = make_staff("psychologist"), make_staff("coordinator"), make_staff("coordinator")
    now = clock.now() - timedelta(minutes=1)
    with transaction():
        case_id = open_case(None, "Nama", "+6281200000017", None, owner.id, None, now)
        write_note(case_id, None, NOTE, owner, now)
    case, told = f"/kasus/{case_id}", []
    hers, theirs = new_page("desktop"), new_page("phone", dark=True)
    live.sign_in(hers, one)
    live.sign_in(theirs, two)

    hers.goto(case)
    hers.get_by_text("Pecah kaca", exact=True).first.click()
    hers.locator("#alasan-kaca").fill(REASON)
    hers.get_by_role("button", name="Buka kasus ini").click()
    expect(hers.get_by_text("Pecah kaca: kasus ini terbuka bagi Anda.")).to_be_visible()
    expect(hers.get_by_text(NOTE)).to_be_visible()
    hers.get_by_text("Usulkan unduhan seluruh kasus").click()
    hers.locator("#alasan-ekspor").fill(REASON)
    hers.get_by_role("button", name="Usulkan", exact=True).click()
    expect(hers.get_by_text("Usulan mengunduh kasus ini menunggu")).to_be_visible()
    told += flaws(hers, case)

    theirs.goto("/")
    expect(theirs.get_by_text("Seorang koordinator memakai pecah kaca")).to_be_visible()
    told += flaws(theirs, "/")
    theirs.get_by_role("button", name="Seorang koordinator memakai pecah kaca").click()
    expect(theirs.get_by_text(REASON)).to_be_visible()
    told += flaws(theirs, "/kaca")
    theirs.get_by_label("beralasan", exact=True).check()
    theirs.get_by_label("Mengapa? Satu kalimat").fill("Memang perlu")
    theirs.get_by_role("button", name="Simpan penilaian").click()
    expect(theirs.get_by_text("Memang perlu")).to_be_visible()
    told += flaws(theirs, "/persetujuan")
    theirs.get_by_role("button", name="Setujui").click()
    expect(theirs.get_by_text("Disetujui. Pengusul sudah diberi tahu.")).to_be_visible()

    told += flaws(hers, "/persetujuan")
    hers.goto(case)
    with hers.expect_download() as waiting:
        hers.get_by_role("button", name="Unduh satu kali").click()
    assert waiting.value.suggested_filename == "ekspor.zip"
    assert told == []
