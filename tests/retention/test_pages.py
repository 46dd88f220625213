"""The pages of retention: what each role sees there and can do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tesa.accounts.public import StaffMember
from tesa.accounts.two_person import open_of
from tesa.core import clock as wall_clock
from tesa.core.db import new_id
from tesa.retention.proposals import CHANGE, SHRED, rule_id
from tesa.retention.queries import hold_on
from tesa.retention.rules.keeping import Thing
from tests.retention.making import NAME, NOTE, make_ended
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

WHY = "diminta oleh klien secara tertulis"


@pytest.fixture
def coordinator(app: Flask, client: OutsideClient, clock: MovedClock) -> OutsideClient:
    """A coordinator's browser."""
    return signed_in(client, make_staff("coordinator"))


def send(client: OutsideClient, path: str, **form: str) -> tuple[int, str]:
    answer = client.post(path, data=form, headers={"X-CSRFToken": client.csrf_token()}, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_the_rules_and_what_is_due(
    app: Flask, client: FlaskClient, clock: MovedClock, owner: StaffMember, role: str
) -> None:
    make_ended(owner, ended=wall_clock.now() - timedelta(days=340))
    make_ended(owner, "+6281200000018", ended=wall_clock.now() - timedelta(days=400))
    page = signed_in(client, make_staff(role)).get("/retensi").get_data(as_text=True)
    contacts = page[page.index("Nomor dan isi kontak") : page.index("Nama, nomor")]
    assert "365 hari sejak" in contacts
    assert "<dt>Dihapus malam ini</dt><dd>1</dd>" in contacts
    assert "<dt>Dalam 30 hari</dt><dd>2</dd>" in contacts
    assert ("Usulkan perubahan" in page) is (role == "coordinator")
    assert NAME not in page
    assert NOTE not in page


@pytest.mark.parametrize("role", ["psychologist", "outreach"])
def test_others_find_no_such_page(app: Flask, client: FlaskClient, role: str) -> None:
    assert signed_in(client, make_staff(role)).get("/retensi").status_code == 404


def test_a_case_is_held_and_let_go(app: Flask, coordinator: OutsideClient, owner: StaffMember) -> None:
    ended = make_ended(owner, ended=wall_clock.now() - timedelta(days=10))
    path = f"/retensi/kasus/{ended.case}"
    assert send(coordinator, f"{path}/tahan", reason="court")[0] == 200
    assert hold_on(ended.case, wall_clock.now()) is not None
    page = coordinator.get(path).get_data(as_text=True)
    assert "perkara di pengadilan" in page
    assert "Usulkan penghapusan" not in page
    assert "perkara di pengadilan" in coordinator.get("/retensi").get_data(as_text=True)
    assert send(coordinator, f"{path}/lepas")[0] == 200
    assert hold_on(ended.case, wall_clock.now()) is None


def test_a_hold_lasts_through_its_last_day(app: Flask, coordinator: OutsideClient, owner: StaffMember) -> None:
    ended = make_ended(owner, ended=wall_clock.now() - timedelta(days=10))
    last = (wall_clock.now() + timedelta(days=3)).date()
    send(coordinator, f"/retensi/kasus/{ended.case}/tahan", reason="police", last_day=last.isoformat())
    hold = hold_on(ended.case, wall_clock.now())
    assert hold is not None
    assert hold.until is not None
    shown = coordinator.get(f"/retensi/kasus/{ended.case}").get_data(as_text=True)
    assert f'datetime="{last.isoformat()}T16:59:59+00:00"' in shown
    assert hold.until.isoformat() == f"{last.isoformat()}T17:00:00+00:00"  # midnight in Bekasi


def test_a_shredding_is_proposed_and_nothing_is_gone_yet(
    app: Flask, coordinator: OutsideClient, owner: StaffMember
) -> None:
    ended = make_ended(owner, ended=wall_clock.now() - timedelta(days=10))
    path = f"/retensi/kasus/{ended.case}"
    status, page = send(coordinator, f"{path}/hapus", why="terlalu pendek")
    assert (status, "sedikitnya 20 karakter" in page) == (422, True)
    assert open_of(SHRED, ended.case, wall_clock.now()) is None
    assert send(coordinator, f"{path}/hapus", why=WHY)[0] == 200
    assert open_of(SHRED, ended.case, wall_clock.now()) is not None
    assert "menunggu orang kedua" in coordinator.get(path).get_data(as_text=True)
    assert ended.left() == {"note", "person", "contact", "dispatch"}


def test_a_change_of_a_rule_is_proposed(app: Flask, coordinator: OutsideClient) -> None:
    status, _page = send(coordinator, "/retensi/aturan", thing="note", days="10", why=WHY)
    assert status == 422
    status, page = send(coordinator, "/retensi/aturan", thing="note", days="4000", why=WHY)
    assert status == 200
    assert open_of(CHANGE, rule_id(Thing.NOTE), wall_clock.now()) is not None
    assert "perubahan menunggu persetujuan" in page


def test_a_case_that_is_not_there(app: Flask, coordinator: OutsideClient) -> None:
    assert coordinator.get(f"/retensi/kasus/{new_id()}").status_code == 404
    assert send(coordinator, f"/retensi/kasus/{new_id()}/tahan", reason="court")[0] == 404


def test_the_case_page_leads_there(app: Flask, coordinator: OutsideClient, owner: StaffMember) -> None:
    ended = make_ended(owner)
    assert f"/retensi/kasus/{ended.case}" in coordinator.get(f"/kasus/{ended.case}").get_data(as_text=True)
