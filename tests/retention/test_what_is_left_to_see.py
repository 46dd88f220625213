"""Pages of what was destroyed say so calmly; none of them breaks, none of them shows a word."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tesa.accounts.public import StaffMember
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.intake.actions.shred_contact import shred_contact
from tesa.outreach.models import Dispatch
from tests.cases.making import audited
from tests.retention.making import MESSAGE, NAME, NOTE, PLACE, make_ended
from tests.retention.test_night import night_after, run
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

GONE = "Dihapus menurut aturan penyimpanan pada"


@pytest.fixture
def pages(app: Flask, client: FlaskClient, clock: MovedClock, owner: StaffMember) -> dict[str, tuple[int, str]]:
    """Every page of a case that was destroyed, as the psychologist who had it sees it."""
    ended = make_ended(owner)
    with transaction():
        db.session.get_one(Dispatch, ended.dispatch).requested_by = owner.id
    note = audited("note.write")[0].object_id
    run(night_after(5))
    vault.forget()
    paths = {
        "case": f"/kasus/{ended.case}",
        "notes": f"/kasus/{ended.case}/catatan",
        "note": f"/kasus/{ended.case}/catatan/{note}",
        "contact": f"/kontak/{ended.contact}",
        "contacts of the case": f"/kasus/{ended.case}/kontak",
        "closed cases": "/kasus?tab=closed",
        "inbox": "/kotak?tab=mine",
        "home": "/",
        "board": "/penjangkauan",
        "dispatch": f"/penjangkauan/{ended.dispatch}",
        "dispatches of the case": f"/penjangkauan/kasus/{ended.case}",
    }
    signed_in(client, owner)
    answers = {name: client.get(path) for name, path in paths.items()}
    return {name: (answer.status_code, answer.get_data(as_text=True)) for name, answer in answers.items()}


def test_no_page_breaks(pages: dict[str, tuple[int, str]]) -> None:
    assert {name: status for name, (status, _) in pages.items() if status >= 500} == {}
    assert {name for name, (status, _) in pages.items() if status == 200} >= {
        "case",
        "notes",
        "note",
        "contact",
        "home",
    }


def test_no_page_shows_a_word_of_it(pages: dict[str, tuple[int, str]]) -> None:
    shown = [name for name, (_, text) in pages.items() if any(word in text for word in (NOTE, NAME, MESSAGE, PLACE))]
    assert shown == []


@pytest.mark.parametrize("name", ["case", "notes", "note", "contact"])
def test_the_page_says_that_it_was_deleted_and_when(pages: dict[str, tuple[int, str]], name: str) -> None:
    assert GONE in pages[name][1]


def test_revealing_a_number_that_is_gone_shows_none(
    app: Flask, client: FlaskClient, clock: MovedClock, owner: StaffMember
) -> None:
    ended, coordinator = make_ended(owner), make_staff("coordinator")
    with transaction():
        shred_contact(ended.contact, "retention", None, night_after(1))
    vault.forget()
    page = signed_in(client, coordinator).get(f"/kontak/{ended.contact}")
    assert page.status_code == 200
    assert "nomor tidak tampak" in page.get_data(as_text=True)
