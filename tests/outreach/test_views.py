"""The pages of outreach: what each person finds there, and what she does not."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.accounts.public import StaffMember
from tesa.core.db import db
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.sealing import Words, unseal_words
from tests.outreach.night import WORKER, Night
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import signed_in

PLACE = "Jalan Rahasia 7"
POLL = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Poll": "true"}
As = Callable[[StaffMember], OutsideClient]


@pytest.fixture
def told(night: Night, clock: MovedClock) -> Night:
    """The wall clock shows the night's time."""
    clock.set(night.now)
    return night


@pytest.fixture
def as_(new_client: Callable[[], FlaskClient]) -> As:
    """A browser that somebody has signed in to."""
    return lambda person: signed_in(new_client(), person)


def offer_to(night: Night, person: StaffMember) -> uuid.UUID:
    with night.app.app_context():
        return db.session.scalars(select(DispatchOffer.id).where(DispatchOffer.account_id == person.id)).one()


def reads(night: Night) -> list[uuid.UUID | None]:
    with night.app.app_context():
        query = select(AuditEntry.actor_id).where(AuditEntry.act == "dispatch.read").order_by(AuditEntry.seq)
        return list(db.session.scalars(query))


def words_of(night: Night, dispatch_id: uuid.UUID) -> Words:
    with night.app.app_context():
        return unseal_words(night.dispatch(dispatch_id))


# -- the board
def test_before_accepting_a_worker_sees_how_urgent_and_which_district_and_no_place(told: Night, as_: As) -> None:
    worker = told.worker()
    dispatch = told.raised("P1", kecamatan="Jatiasih", place=PLACE)
    browser = as_(worker)
    for path in ("/penjangkauan", f"/penjangkauan/{dispatch}"):
        page = browser.get(path).text
        assert "P1 Darurat" in page
        assert "Jatiasih" in page
        assert PLACE not in page
    assert reads(told) == []


def test_having_accepted_on_the_page_she_sees_the_place_and_that_is_on_record(told: Night, as_: As) -> None:
    worker = told.worker()
    dispatch = told.raised("P1", place=PLACE)
    browser = as_(worker)
    answer = browser.submit(f"/penjangkauan/tawaran/{offer_to(told, worker)}/terima")
    assert (answer.status_code, answer.location) == (303, "/penjangkauan")
    assert told.dispatch(dispatch).acknowledged_by == worker.id
    assert PLACE in browser.get("/penjangkauan").text
    assert reads(told) == [worker.id]


def test_when_her_task_is_over_the_place_is_gone(told: Night, as_: As) -> None:
    worker = told.worker()
    dispatch = told.raised("P1", place=PLACE)
    told.presses(worker, "1")
    told.moved(dispatch, State.ON_SCENE, WORKER)
    told.moved(dispatch, State.CLEARED, WORKER)
    assert PLACE not in as_(worker).get(f"/penjangkauan/{dispatch}").text


def test_who_is_not_concerned_finds_an_empty_board_and_no_page(told: Night, as_: As) -> None:
    asked, other = told.worker(tier=1), told.worker(tier=2)
    dispatch = told.raised("P2", place=PLACE)
    for stranger in (other, told.somebody("psychologist")):
        browser = as_(stranger)
        assert "P2 Tinggi" not in browser.get("/penjangkauan").text
        missing = browser.get(f"/penjangkauan/{uuid.uuid4()}")
        for path in (f"/penjangkauan/{dispatch}", f"/penjangkauan/{dispatch}/gerak"):
            found = browser.get(path)
            assert (found.status_code, found.data) == (404, missing.data)
    assert as_(told.somebody("administrator")).get("/penjangkauan").status_code == 404
    assert as_(asked).get(f"/penjangkauan/{dispatch}").status_code == 200


def test_another_workers_offer_cannot_be_answered(told: Night, as_: As) -> None:
    asked, other = told.worker(tier=1), told.worker(tier=2)
    dispatch = told.raised("P2")
    for answer in ("terima", "tolak"):
        path = f"/penjangkauan/tawaran/{offer_to(told, asked)}/{answer}"
        assert as_(other).submit(path).status_code == 404
        assert as_(asked).post(path).status_code == 403  # without a token
    assert told.dispatch(dispatch).state == "requested"


def test_the_loser_is_told_on_the_page(told: Night, as_: As) -> None:
    first, second = told.worker(tier=1), told.worker(tier=2)
    told.raised("P1")
    told.at(3)
    told.presses(second, "1")
    answer = as_(first).submit(f"/penjangkauan/tawaran/{offer_to(told, first)}/terima")
    assert answer.status_code == 409
    assert "Tugas ini sudah diterima petugas lain." in answer.text


def test_a_no_on_the_page_passes_it_on(told: Night, as_: As) -> None:
    first, second = told.worker(tier=1), told.worker(tier=2)
    told.raised("P1")
    assert as_(first).submit(f"/penjangkauan/tawaran/{offer_to(told, first)}/tolak").status_code == 303
    told.at(0.01)
    assert told.rung(second) == 1


def test_the_board_moves_only_when_something_has_happened(told: Night, as_: As) -> None:
    worker, chief = told.worker(), told.somebody("coordinator")
    told.raised("P1", kecamatan="Jatiasih", place=PLACE)
    browser = as_(chief)
    page = browser.get("/penjangkauan").text
    version = page.split('id="papan-versi" name="versi" value="')[1].split('"')[0]
    assert browser.get(f"/penjangkauan/papan?versi={version}", headers=POLL).status_code == 204
    told.presses(worker, "1")
    part = browser.get(f"/penjangkauan/papan?versi={version}", headers=POLL)
    assert part.status_code == 200
    assert "Diterima petugas" in part.text
    assert "<html" not in part.text
    assert PLACE not in page + part.text  # it hangs on walls


def test_a_coordinator_who_opens_one_reads_it_on_record(told: Night, as_: As) -> None:
    told.worker()
    chief = told.somebody("coordinator")
    dispatch = told.raised("P1", place=PLACE)
    page = as_(chief).get(f"/penjangkauan/{dispatch}").text
    assert PLACE in page
    assert "outreach" in page  # who was asked
    assert reads(told) == [chief.id]


def test_the_moving_part_of_a_dispatch_says_that_there_is_a_newer_text(told: Night, as_: As) -> None:
    worker, contact = told.worker(), told.contact()
    dispatch = told.raised("P1", contact_id=contact)
    told.presses(worker, "1")
    browser = as_(worker)
    path = f"/penjangkauan/{dispatch}/gerak?revisi=1"
    assert "Keterangan baru saja diubah." not in browser.get(path, headers=POLL).text
    told.raised("P1", contact_id=contact, place=PLACE)
    part = browser.get(path, headers=POLL).text
    assert "Keterangan baru saja diubah." in part
    assert PLACE not in part


# -- steps
def test_the_worker_moves_her_task(told: Night, as_: As) -> None:
    worker = told.worker()
    dispatch = told.raised("P1")
    told.presses(worker, "1")
    browser = as_(worker)
    assert (
        browser.submit(f"/penjangkauan/{dispatch}/langkah", state="en_route", dari="papan").location == "/penjangkauan"
    )
    assert told.dispatch(dispatch).state == "en_route"
    refused = browser.submit(f"/penjangkauan/{dispatch}/langkah", state="closed")
    assert refused.status_code == 422
    assert "Keadaan tugas: Menuju lokasi." in refused.text
    assert browser.submit(f"/penjangkauan/{dispatch}/langkah", state="nowhere").status_code == 422
    assert browser.submit(f"/penjangkauan/{uuid.uuid4()}/langkah", state="en_route").status_code == 404


def test_a_stranger_moves_nothing(told: Night, as_: As) -> None:
    worker = told.worker()
    dispatch = told.raised("P1")
    told.presses(worker, "1")
    for stranger in (told.worker(tier=None), told.somebody("psychologist")):
        answer = as_(stranger).submit(f"/penjangkauan/{dispatch}/langkah", state="en_route")
        assert answer.status_code == 404
    assert told.dispatch(dispatch).state == "acknowledged"


# -- the request
FORM = {
    "priority": "P2",
    "kecamatan": "32.75.09",
    "place": PLACE,
    "known": "dua anak di dalam",
    "safety": "ada anjing",
    "wish_woman": "y",
}


def test_asking_with_the_form(told: Night, as_: As) -> None:
    worker, asker = told.worker(), told.somebody("psychologist")
    contact = told.contact(asker)
    browser = as_(asker)
    page = browser.get(f"/penjangkauan/minta?kontak={contact}")
    assert "Jatiasih (" in page.text
    answer = browser.submit(f"/penjangkauan/minta?kontak={contact}", **FORM)
    assert answer.status_code == 303
    with told.app.app_context():
        row = db.session.scalars(select(Dispatch)).one()
    assert (row.contact_id, row.priority, row.kecamatan, row.source) == (contact, "P2", "32.75.09", "psychologist")
    assert (row.requested_by, row.wish_woman) == (asker.id, True)
    assert words_of(told, row.id) == Words(PLACE, "dua anak di dalam", "ada anjing")
    told.at(0.01)
    assert told.rung(worker) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"priority": ""}, "Pilih seberapa mendesak."),
        ({"priority": "P0"}, ""),
        ({"kecamatan": "99.99.99"}, ""),
        ({"place": "x" * 2001}, ""),
    ],
)
def test_a_form_that_does_not_fit_keeps_what_was_typed(
    told: Night, as_: As, changes: dict[str, str], sentence: str
) -> None:
    asker = told.somebody("psychologist")
    contact = told.contact(asker)
    answer = as_(asker).submit(f"/penjangkauan/minta?kontak={contact}", **(FORM | changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "dua anak di dalam" in answer.text
    with told.app.app_context():
        assert db.session.scalars(select(Dispatch)).all() == []


def test_amending_ones_own(told: Night, as_: As) -> None:
    asker = told.somebody("psychologist")
    contact = told.contact(asker)
    dispatch = told.raised("P2", contact_id=contact, requested_by=asker.id, place="Gang Lama")
    browser = as_(asker)
    assert "Gang Lama" in browser.get(f"/penjangkauan/minta?kontak={contact}").text
    assert browser.submit(f"/penjangkauan/minta?kontak={contact}", **FORM, revision="1").status_code == 303
    assert words_of(told, dispatch).place == PLACE


def test_two_save_at_once_and_both_texts_are_kept(told: Night, as_: As) -> None:
    asker = told.somebody("psychologist")
    contact = told.contact(asker)
    dispatch = told.raised("P2", contact_id=contact, requested_by=asker.id, place="Gang Lama")
    browser = as_(asker)
    browser.submit(f"/penjangkauan/minta?kontak={contact}", **FORM, revision="1")
    answer = browser.submit(f"/penjangkauan/minta?kontak={contact}", **(FORM | {"place": "Gang Lain"}), revision="1")
    assert answer.status_code == 409
    assert PLACE in answer.text
    assert "Gang Lain" in answer.text
    assert words_of(told, dispatch).place == PLACE
    again = browser.submit(f"/penjangkauan/minta?kontak={contact}", **(FORM | {"place": "Gang Lain"}), revision="2")
    assert again.status_code == 303
    assert words_of(told, dispatch).place == "Gang Lain"


def test_the_priority_does_not_sink(told: Night, as_: As) -> None:
    asker = told.somebody("psychologist")
    contact = told.contact(asker)
    told.raised("P1", contact_id=contact, requested_by=asker.id)
    answer = as_(asker).submit(f"/penjangkauan/minta?kontak={contact}", **FORM, revision="1")
    assert answer.status_code == 422
    assert "Prioritas hanya bisa dinaikkan." in answer.text


def test_another_psychologist_adds_without_reading(told: Night, as_: As) -> None:
    asker, other = told.somebody("psychologist"), told.somebody("psychologist")
    contact = told.contact(other)
    dispatch = told.raised("P2", contact_id=contact, requested_by=asker.id, place="Gang Lama")
    browser = as_(other)
    page = browser.get(f"/penjangkauan/minta?kontak={contact}").text
    assert "Gang Lama" not in page
    assert "Tim sudah diminta untuk kontak ini." in page
    # A revision smuggled into her form does not make it an amendment.
    answer = browser.submit(f"/penjangkauan/minta?kontak={contact}", **FORM, revision="1")
    assert answer.status_code == 303
    assert words_of(told, dispatch).place == f"Gang Lama\n{PLACE}"
    assert told.dispatch(dispatch).requested_by == asker.id


def test_who_comes_first_to_what_the_caller_raised_asks_for_it(told: Night, as_: As) -> None:
    asker = told.somebody("psychologist")
    contact = told.contact(asker)
    dispatch = told.raised("P1", contact_id=contact)
    assert (
        as_(asker)
        .submit(f"/penjangkauan/minta?kontak={contact}", **(FORM | {"priority": "P1"}), revision="1")
        .status_code
        == 303
    )
    assert told.dispatch(dispatch).requested_by == asker.id


@pytest.mark.parametrize("contact", ["", "abc", "0", "-1", "null", str(2**63), "../../etc"])
def test_a_contact_that_is_none(told: Night, as_: As, contact: str) -> None:
    browser = as_(told.somebody("psychologist"))
    assert browser.get(f"/penjangkauan/minta?kontak={contact}").status_code == 404


def test_a_contact_that_does_not_exist(told: Night, as_: As) -> None:
    browser = as_(told.somebody("psychologist"))
    assert browser.submit(f"/penjangkauan/minta?kontak={uuid.uuid4()}", **FORM).status_code == 404


def test_nobody_asks_for_a_contact_of_somebody_else(told: Night, as_: As) -> None:
    contact = told.contact(told.somebody("psychologist"))
    told.raised("P1", contact_id=contact, place=PLACE)  # by the caller's key: nobody has asked yet
    browser = as_(told.somebody("psychologist"))
    assert browser.get(f"/penjangkauan/minta?kontak={contact}").status_code == 404
    assert browser.submit(f"/penjangkauan/minta?kontak={contact}", **FORM).status_code == 404
    assert reads(told) == []


# -- on the pages of others
def test_the_contacts_page_shows_how_far_it_is(told: Night, as_: As) -> None:
    worker, owner = told.worker(), told.somebody("psychologist")
    contact = told.contact(owner)
    told.raised("P1", contact_id=contact, place=PLACE)
    browser = as_(owner)
    assert "sedang dihubungi" in browser.get(f"/penjangkauan/kontak/{contact}").text
    told.presses(worker, "1")
    page = browser.get(f"/penjangkauan/kontak/{contact}").text
    assert "Diterima petugas" in page
    assert PLACE not in page
    colleague = as_(told.somebody("psychologist"))
    foreign, none = (colleague.get(f"/penjangkauan/kontak/{i}") for i in (contact, uuid.uuid4()))
    assert (foreign.status_code, foreign.data) == (none.status_code, none.data) == (404, none.data)
    assert as_(worker).get(f"/penjangkauan/kontak/{contact}").status_code == 404


def test_a_case_that_is_not_hers_is_not_found(told: Night, as_: As) -> None:
    browser = as_(told.somebody("psychologist"))
    assert browser.get(f"/penjangkauan/kasus/{uuid.uuid4()}").status_code == 404


def test_what_people_write_is_shown_literally(told: Night, as_: As) -> None:
    odd = "<script>alert(1)</script> {{ 7*7 }} \u202egnab"
    chief = told.somebody("coordinator")
    dispatch = told.raised("P1", place=odd)
    page = as_(chief).get(f"/penjangkauan/{dispatch}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page
