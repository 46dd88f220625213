"""Asking for outreach: one dispatch a contact."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Uuid, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from tesa.accounts import audit
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.outreach.models import Dispatch
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.sealing import unseal_words
from tests.outreach.night import WORKER, Night


def test_the_first_worker_is_called_and_texted_without_a_word_about_the_caller(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1", place="Jalan Rahasia 7", known="dia dikunci", safety="ada anjing")
    assert night.rung(worker) == 1
    assert night.texted(worker) == [
        "Ada tugas. Balas SIAP untuk menerima, TOLAK bila tidak bisa. http://127.0.0.1:5000/penjangkauan"
    ]
    assert night.codes(dispatch) == ["requested", "offered"]
    with night.app.app_context():
        assert audit.verify().entries == 1


def test_raising_it_again_gives_the_same_dispatch(night: Night) -> None:
    worker, contact = night.worker(), night.contact()
    first = night.raised("P1", contact_id=contact)
    assert night.raised("P1", contact_id=contact, source="caller_words") == first
    assert night.raised("P3", contact_id=contact) == first
    assert night.dispatch(first).priority == "P1"
    assert night.rung(worker) == 1


def test_a_new_one_begins_when_the_last_is_over(night: Night) -> None:
    worker, contact = night.worker(), night.contact()
    first = night.raised("P1", contact_id=contact)
    night.presses(worker, "1")
    night.moved(first, State.ON_SCENE, WORKER)
    night.moved(first, State.CLEARED, WORKER)
    assert night.raised("P1", contact_id=contact) != first


def test_raising_it_again_adds_and_takes_nothing_away(night: Night) -> None:
    contact, psychologist = night.contact(), night.somebody("psychologist")
    dispatch = night.raised("P1", contact_id=contact, known="suara anak")
    night.raised("P2", contact_id=contact, requested_by=psychologist.id, place="Gang Buntu", known="pintu terkunci",
                 kecamatan="Bekasi Timur", wish_woman=True)  # fmt: skip
    row = night.dispatch(dispatch)
    assert (row.requested_by, row.kecamatan, row.wish_woman) == (psychologist.id, "32.75.01", True)
    with night.app.app_context():
        words = unseal_words(row)
    assert (words.place, words.known, words.safety) == ("Gang Buntu", "suara anak\npintu terkunci", "")


def test_raising_the_priority_restarts_the_clocks_and_asks_again(night: Night) -> None:
    first, second, contact = night.worker(tier=1), night.worker(tier=2), night.contact()
    dispatch = night.raised("P3", contact_id=contact)
    night.at(20)
    assert (night.rung(first), night.rung(second)) == (1, 0)
    night.raised("P1", contact_id=contact)
    assert (night.rung(first), night.rung(second)) == (2, 0)
    assert night.outcomes(dispatch) == [("worker", "superseded"), ("worker", None)]
    night.at(23)
    assert night.rung(second) == 1
    assert "raised" in night.codes(dispatch)


def test_a_phone_that_rings_at_the_moment_goes_on_ringing(night: Night) -> None:
    first, second, contact = night.worker(tier=1), night.worker(tier=2), night.contact()
    dispatch = night.raised("P2", contact_id=contact)
    night.at(0.3)
    night.raised("P1", contact_id=contact)
    assert (night.rung(first), night.rung(second)) == (1, 1)
    assert not night.stopped(first)
    night.at(3.3)
    assert night.outcome_of(dispatch, first) == "missed"


def test_there_is_no_dispatch_for_a_contact_that_does_not_exist(night: Night) -> None:
    with pytest.raises(NotFound):
        night.raised("P1", contact_id=uuid.uuid4())


def test_the_database_itself_allows_one_under_way_for_a_contact(night: Night) -> None:
    dispatch = night.raised("P1")
    columns = [c for c in Dispatch.__table__.columns if c.name != "id"]
    with night.app.app_context():
        copy = select(literal(uuid.uuid4(), Uuid()), *columns).where(Dispatch.id == dispatch)
        statement = insert(Dispatch).from_select(["id", *columns], copy)
        with pytest.raises(IntegrityError):
            db.session.execute(statement)


def test_a_dump_holds_no_word(night: Night) -> None:
    night.worker()
    night.raised("P1", place="Jalan Rahasia 7", known="dia dikunci", safety="ada anjing")
    with night.app.app_context():
        row = db.session.execute(select(*Dispatch.__table__.columns)).one()
        assert db.session.scalar(select(func.count()).select_from(Dispatch)) == 1
    dump = repr(tuple(row))
    assert not any(word in dump for word in ("Rahasia", "dikunci", "anjing"))
    assert "Rahasia" not in repr(night.dispatch(row.id))


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (3, 3)])
def test_several_coordinators_are_rung_together(night: Night, count: int, expected: int) -> None:
    chiefs = [night.somebody("coordinator") for _ in range(count)]
    night.raised("P1")
    assert sum(night.rung(c) for c in chiefs) == expected
