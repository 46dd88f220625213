from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.open_case import open_case
from tesa.cases.models import Case, CaseAccess, Person, PersonNumber
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tests.cases.making import NAME, NOW, NUMBER, audited, case_of, events_of, make_case
from tests.support.people import make_staff


def closed(case_id: uuid.UUID, owner: object, reason: str = "goals_met") -> uuid.UUID:
    with transaction():
        close_case(case_id, reason, "", owner, NOW + timedelta(hours=1))
    return case_id


def test_a_new_person_and_a_new_case(app: Flask) -> None:
    owner = make_staff()
    case = case_of(make_case(owner))
    assert (case.number, case.status, case.risk, case.owner_id) == ("2026-0001", "intake", None, owner.id)
    assert events_of(case.id) == ["opened"]
    (entry,) = audited("case.open")
    assert (entry.actor_id, entry.case_id) == (owner.id, case.id)


def test_neither_name_nor_number_is_in_the_database(app: Flask) -> None:
    make_case(make_staff(), alias="Samaran Rahasia")
    rows = [
        *db.session.execute(select(*Person.__table__.c)),
        *db.session.execute(select(*PersonNumber.__table__.c)),
        *db.session.execute(select(*Case.__table__.c)),
    ]
    dump = b" ".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)
    assert NAME.encode() not in dump
    assert b"Samaran" not in dump
    assert NUMBER[-8:].encode() not in dump


@pytest.mark.parametrize("number", [NUMBER, None])
def test_an_anonymous_caller_gets_a_case_too(app: Flask, number: str | None) -> None:
    assert case_of(make_case(make_staff(), name="", number=number)).status == "intake"
    assert db.session.scalar(select(func.count()).select_from(PersonNumber)) == (1 if number else 0)


def test_numbers_run_on_within_a_year_of_the_hotline(app: Flask) -> None:
    owner = make_staff()
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # midnight in Bekasi
    ids = [make_case(owner, number=None, now=at) for at in (NOW, NOW, new_year, new_year)]
    assert [case_of(i).number for i in ids] == ["2026-0001", "2026-0002", "2027-0001", "2027-0002"]


def test_a_case_that_was_rolled_back_leaves_no_gap(app: Flask) -> None:
    owner = make_staff()
    make_case(owner)
    with pytest.raises(ZeroDivisionError), transaction():
        open_case(None, "", None, None, owner.id, None, NOW)
        raise ZeroDivisionError
    assert case_of(make_case(owner)).number == "2026-0002"


def test_two_at_the_same_moment_get_different_numbers(app: Flask) -> None:
    owner, found, together = make_staff(), [], threading.Barrier(4)

    def one() -> None:
        with app.app_context():
            together.wait()
            with transaction():
                case_id = open_case(None, "", None, None, owner.id, None, NOW)
            found.append(case_of(case_id).number)
            db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["2026-0001", "2026-0002", "2026-0003", "2026-0004"]


def test_a_known_person_keeps_her_open_case_and_its_owner(app: Flask) -> None:
    owner, other = make_staff(), make_staff()
    case = case_of(make_case(owner))
    again = make_case(other, person_id=case.person_id, name="Nama Lain", number="+6281200000018")
    assert again == case.id
    assert case_of(case.id).owner_id == owner.id
    lent = db.session.get_one(CaseAccess, (case.id, other.id))
    assert lent.until == NOW + timedelta(days=1)
    assert events_of(case.id) == ["opened", "access_lent"]


def test_a_contact_raises_the_risk_of_the_open_case_and_never_lowers_it(app: Flask) -> None:
    owner = make_staff()
    case = case_of(make_case(owner, risk="medium"))
    make_case(owner, person_id=case.person_id, risk="low")
    assert case_of(case.id).risk == "medium"
    make_case(owner, person_id=case.person_id, risk="emergency")
    assert case_of(case.id).risk == "emergency"


def test_a_number_is_kept_once(app: Flask) -> None:
    owner = make_staff()
    case = case_of(make_case(owner))
    make_case(owner, person_id=case.person_id)
    make_case(owner, person_id=case.person_id, number="+6281200000018")
    assert db.session.scalar(select(func.count()).select_from(PersonNumber)) == 2


def test_two_who_open_a_case_for_the_same_person_find_one(app: Flask) -> None:
    owner = make_staff()
    person = case_of(closed(make_case(owner), owner, "duplicate")).person_id
    found, together = [], threading.Barrier(2)

    def one(who: uuid.UUID) -> None:
        with app.app_context():
            together.wait()
            with transaction():
                found.append(open_case(person, "", None, None, who, None, NOW))
            db.session.remove()

    threads = [threading.Thread(target=one, args=[make_staff().id]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_she_comes_back_and_her_case_is_taken_up_again(app: Flask) -> None:
    owner, other = make_staff(), make_staff()
    case_id = closed(make_case(owner, risk="high"), owner)
    again = make_case(other, person_id=case_of(case_id).person_id, risk="low")
    case = case_of(case_id)
    assert again == case_id
    assert (case.status, case.owner_id, case.risk, case.closed_at) == ("reopened", other.id, "high", None)
    assert events_of(case_id) == ["opened", "closed", "reopened", "assigned"]


def test_a_duplicate_is_not_taken_up_again(app: Flask) -> None:
    owner = make_staff()
    case = case_of(closed(make_case(owner), owner, "duplicate"))
    assert make_case(owner, person_id=case.person_id) != case.id


def test_an_unknown_person(app: Flask) -> None:
    owner = make_staff()
    with pytest.raises(NotFound):
        make_case(owner, person_id=uuid.uuid4())
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0
