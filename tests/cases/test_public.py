from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.models import PersonNumber
from tesa.cases.public import (
    CaseBrief,
    briefs,
    case_brief,
    may_read_case,
    people_with_number,
    plan_of_number,
    sticky_psychologist,
)
from tesa.cases.rules.safe_contact import Answer, SafeAnswers
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tests.cases.making import NOW, NUMBER, case_of, make_case
from tests.support.people import make_staff

OTHER_NUMBER = "+6281200000099"


def test_people_of_a_shared_number_those_with_an_open_case_first(app: Flask) -> None:
    owner = make_staff()
    first = make_case(owner, name="Yang Pertama")
    with transaction():
        close_case(first, "moved", "", owner, NOW)
    second = make_case(owner, name="Yang Kedua", now=NOW + timedelta(hours=1))
    make_case(owner, name="Orang Lain", number=OTHER_NUMBER)
    matches = people_with_number(NUMBER)
    assert [(m.name, m.open_case_id, m.owner_id, m.last_case_number) for m in matches] == [
        ("Yang Kedua", second, owner.id, "2026-0002"),
        ("Yang Pertama", None, None, "2026-0001"),
    ]
    assert "Kedua" not in repr(matches)


def test_the_blind_index_only_narrows(app: Flask) -> None:
    """Two numbers with the same index are told apart after unsealing."""
    case_id = make_case(make_staff())
    with transaction():
        db.session.execute(update(PersonNumber).values(number_index=vault.blind_index("number", OTHER_NUMBER)))
    assert people_with_number(OTHER_NUMBER) == []
    assert sticky_psychologist(OTHER_NUMBER, NOW) is None
    assert case_brief(case_id) is not None


def test_a_row_that_does_not_open_stops_nobody(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    owner = make_staff()
    make_case(owner, name="Yang Rusak")
    row_id = db.session.scalars(db.select(PersonNumber.id)).one()
    with transaction():
        db.session.execute(update(PersonNumber).values(number_sealed=b"not a ciphertext" * 8))
    make_case(owner, name="Yang Utuh", now=NOW + timedelta(hours=1))
    assert [m.name for m in people_with_number(NUMBER)] == ["Yang Utuh"]
    assert sticky_psychologist(NUMBER, NOW) == owner.id
    assert str(row_id) in caplog.text


def test_an_alias_stands_in_for_a_missing_name(app: Flask) -> None:
    make_case(make_staff(), name="", alias="Melati")
    assert people_with_number(NUMBER)[0].name == "Melati"


def safe(case_id: uuid.UUID, owner: object, to_call: str) -> None:
    with transaction():
        set_safe_contact(case_id, SafeAnswers(Answer(to_call)), owner, NOW)


def test_any_no_of_a_shared_number_wins(app: Flask) -> None:
    owner = make_staff()
    assert plan_of_number(NUMBER) == "unknown"
    one, two = make_case(owner), make_case(owner, name="Orang Lain")
    assert plan_of_number(NUMBER) == "unknown"
    safe(one, owner, "yes")
    assert plan_of_number(NUMBER) == "yes"
    safe(two, owner, "no")
    assert plan_of_number(NUMBER) == "no"
    assert plan_of_number(OTHER_NUMBER) == "unknown"


def test_the_psychologist_who_knows_her(app: Flask) -> None:
    first, second = make_staff(), make_staff()
    assert sticky_psychologist(NUMBER, NOW) is None
    case_id = make_case(first)
    assert sticky_psychologist(NUMBER, NOW) == first.id
    make_case(second, name="Orang Lain", now=NOW + timedelta(hours=1))
    assert sticky_psychologist(NUMBER, NOW) == second.id  # whose case moved last
    with transaction():
        close_case(case_id, "moved", "", first, NOW + timedelta(hours=2))
    assert sticky_psychologist(NUMBER, NOW) == second.id  # a closed case has no say


def test_briefs(app: Flask) -> None:
    owner = make_staff()
    case = case_of(make_case(owner, risk="medium"))
    brief = CaseBrief(case.id, "2026-0001", "intake", "medium", owner.id, case.person_id)
    assert case_brief(case.id) == brief
    assert briefs([case.id, uuid.uuid4()]) == {case.id: brief}
    assert case_brief(uuid.uuid4()) is None


def test_who_may_read_a_case(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    people = [owner, make_staff("coordinator"), make_staff(), make_staff("outreach"), make_staff("administrator")]
    assert [may_read_case(case_id, p, NOW) for p in people] == [True, True, False, False, False]
    assert not may_read_case(uuid.uuid4(), owner, NOW)


def test_a_person_without_rows_left(app: Flask) -> None:
    make_case(make_staff())
    with transaction():
        db.session.execute(delete(PersonNumber))
    assert people_with_number(NUMBER) == []
