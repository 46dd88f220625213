"""The whole of a case as a file: proposed, approved by another, downloaded once, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from datetime import timedelta

import pytest
from flask import Flask

from tesa.accounts.public import Principal, StaffMember
from tesa.accounts.two_person import approve, open_of
from tesa.cases.actions.describe_person import describe_person
from tesa.cases.actions.export_case import EXPORT
from tesa.cases.actions.write_note import write_note
from tesa.cases.rules.export import as_text
from tesa.core.transactions import transaction
from tesa.core.vault.shredding import shred
from tests.cases.making import NOW, NUMBER, audited, events_of, make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.principals import as_principal

REASON = "Klien meminta salinan berkasnya sendiri secara tertulis"
FORMULA = '=HYPERLINK("http://contoh.id";"klik")'
HTML = "<script>alert(1)</script> {{7*7}}"


@pytest.fixture(autouse=True)
def _clock(clock: MovedClock) -> None:
    clock.set(NOW)


@pytest.fixture
def owner(app: Flask) -> StaffMember:
    return make_staff("psychologist")


@pytest.fixture
def case_id(owner: StaffMember) -> uuid.UUID:
    made = make_case(owner)
    with transaction():
        describe_person(made, "@Nama", "+Alias", "P", 1990, owner, NOW)
        write_note(made, None, FORMULA, owner, NOW)
        write_note(made, None, HTML, owner, NOW + timedelta(minutes=1))
    return made


@pytest.fixture
def coordinator(app: Flask) -> StaffMember:
    return make_staff("coordinator")


@pytest.fixture
def browser(app: Flask, coordinator: StaffMember) -> OutsideClient:
    return signed_in(app.test_client(), coordinator)


def approved(case_id: uuid.UUID, by: Principal) -> None:
    known = open_of(EXPORT, case_id, NOW)
    assert known is not None
    with transaction():
        approve(known.id, by, NOW)


def download(browser: OutsideClient, case_id: uuid.UUID) -> zipfile.ZipFile:
    answer = browser.submit(f"/kasus/{case_id}/ekspor/unduh")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def table(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))


def test_the_way_of_an_export(
    app: Flask, browser: OutsideClient, case_id: uuid.UUID, owner: StaffMember, coordinator: StaffMember
) -> None:
    page = f"/kasus/{case_id}"
    assert f"{page}/ekspor" in browser.get(page).text
    assert browser.submit(f"{page}/ekspor/unduh").status_code == 404
    assert browser.submit(f"{page}/ekspor", reason="pendek").status_code == 422
    assert browser.submit(f"{page}/ekspor", reason=REASON).status_code == 303
    assert "menunggu" in browser.get(page).text
    assert browser.submit(f"{page}/ekspor/unduh").status_code == 404
    other = signed_in(app.test_client(), make_staff("coordinator"))
    assert REASON in other.get("/persetujuan").text
    approved(case_id, as_principal(make_staff("coordinator")))
    assert "Unduh satu kali" in browser.get(page).text
    assert "Unduh satu kali" not in other.get(page).text
    assert other.submit(f"{page}/ekspor/unduh").status_code == 404
    archive = download(browser, case_id)
    assert archive.testzip() is None
    assert browser.submit(f"{page}/ekspor/unduh").status_code == 404
    entry = audited("case.export")[0]
    assert (entry.actor_id, entry.case_id) == (coordinator.id, case_id)
    assert events_of(case_id)[-1] == "exported"
    mine = signed_in(app.test_client(), owner).get("/pemberitahuan").text
    assert "telah diunduh" in mine


def test_the_file_holds_everything_and_harms_nobody(
    browser: OutsideClient, case_id: uuid.UUID, owner: StaffMember
) -> None:
    browser.submit(f"/kasus/{case_id}/ekspor", reason=REASON)
    approved(case_id, as_principal(make_staff("coordinator")))
    archive = download(browser, case_id)
    assert {"baca.html", "kasus.csv", "orang.csv", "catatan.csv", "kontak.csv", "pesan.csv", "penjangkauan.csv"} <= set(
        archive.namelist()
    )
    person = dict(row for row in table(archive, "orang.csv"))
    assert person["Nama / Name"] == "'@Nama"
    assert person["Nama samaran / Alias"] == "'+Alias"
    assert person["Nomor telepon / Telephone number"] == "'" + NUMBER
    assert [row[4] for row in table(archive, "catatan.csv")[1:]] == ["'" + FORMULA, HTML]
    page = archive.read("baca.html").decode()
    assert "<script" not in page
    assert "{{7*7}}" in page
    assert NUMBER in page
    assert owner.email in page


def test_what_was_destroyed_is_named_and_does_not_stop_the_rest(browser: OutsideClient, case_id: uuid.UUID) -> None:
    browser.submit(f"/kasus/{case_id}/ekspor", reason=REASON)
    approved(case_id, as_principal(make_staff("coordinator")))
    with transaction():
        shred(case_id, "note", "request", NOW)
    archive = download(browser, case_id)
    assert [row[4] for row in table(archive, "catatan.csv")[1:]] == ["[sudah dimusnahkan / destroyed]"] * 2
    assert dict(table(archive, "orang.csv"))["Nama / Name"] == "'@Nama"


def test_the_owner_may_propose_and_others_may_not(app: Flask, case_id: uuid.UUID, owner: StaffMember) -> None:
    for role, status in (("psychologist", 404), ("outreach", 404), ("administrator", 404)):
        browser = signed_in(app.test_client(), make_staff(role))
        assert browser.submit(f"/kasus/{case_id}/ekspor", reason=REASON).status_code == status
    assert signed_in(app.test_client(), owner).submit(f"/kasus/{case_id}/ekspor", reason=REASON).status_code == 303


def test_a_permit_does_not_outlive_a_day(
    app: Flask, browser: OutsideClient, case_id: uuid.UUID, coordinator: StaffMember, clock: MovedClock
) -> None:
    browser.submit(f"/kasus/{case_id}/ekspor", reason=REASON)
    approved(case_id, as_principal(make_staff("coordinator")))
    clock.set(NOW + timedelta(hours=24))
    later = signed_in(app.test_client(), coordinator)
    assert later.submit(f"/kasus/{case_id}/ekspor/unduh").status_code == 404
    assert audited("case.export") == []


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n=", "  =", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_run_is_text(begins: str) -> None:
    assert as_text(begins + "1+1") == "'" + begins + "1+1"


@pytest.mark.parametrize("cell", ["", "halo", "1+1", "a=b", "'=1", "  halo", "10 - 20"])
def test_what_is_text_stays_as_it_is(cell: str) -> None:
    assert as_text(cell) == cell
