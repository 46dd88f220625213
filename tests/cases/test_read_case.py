from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask

from tesa.cases.actions.describe_person import describe_person
from tesa.cases.actions.note_contact_on_case import note_contact_on_case
from tesa.cases.actions.read_case import EVENTS, read_case
from tesa.core.errors import NotAllowed, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tests.cases.making import NAME, NOW, NUMBER, audited, events_of, make_case
from tests.support.people import make_staff


def test_the_owner_sees_name_and_number_and_a_coordinator_neither(app: Flask) -> None:
    owner, coordinator = make_staff(), make_staff("coordinator")
    case_id = make_case(owner, alias="Melati")
    with transaction():
        mine = read_case(case_id, owner, NOW)
        hers = read_case(case_id, coordinator, NOW)
    assert (mine.person.name, mine.person.alias) == (NAME, "Melati")
    assert (hers.person.name, hers.person.alias) == ("", "Melati")
    assert (mine.person.numbers, hers.person.numbers) == ([NUMBER], ["+62 812-••••-017"])
    assert NUMBER not in repr(mine)
    assert NAME not in repr(mine)
    assert {"note.read", "case.close"} <= mine.acts
    assert hers.acts.isdisjoint({"note.read", "person.read", "case.screen"})
    assert [(e.actor_id, e.details) for e in audited("case.read")] == [
        (owner.id, '{"person":true}'),
        (coordinator.id, '{"person":false}'),
    ]


@pytest.mark.parametrize("role", ["psychologist", "outreach", "administrator"])
def test_for_others_there_is_no_such_case(app: Flask, role: str) -> None:
    case_id, stranger = make_case(make_staff()), make_staff(role)
    with pytest.raises(NotFound), transaction():
        read_case(case_id, stranger, NOW)
    with pytest.raises(NotFound), transaction():
        read_case(uuid.uuid4(), stranger, NOW)
    assert audited("case.read") == []


def test_the_timeline_in_pages(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        for n in range(EVENTS):
            note_contact_on_case(case_id, uuid.uuid4(), NOW + timedelta(minutes=n))
    with transaction():
        newest = read_case(case_id, owner, NOW)
        rest = read_case(case_id, owner, NOW, before=newest.events[-1].number)
    assert (len(newest.events), newest.earlier) == (EVENTS, True)
    assert ([e.code for e in rest.events], rest.earlier) == (["opened"], False)


def test_describing_a_person(app: Flask) -> None:
    owner, coordinator = make_staff(), make_staff("coordinator")
    case_id = make_case(owner, name="")
    with transaction():
        describe_person(case_id, " Nama Baru ", "Melati", "P", 2011, owner, NOW)
        person = read_case(case_id, owner, NOW).person
    assert (person.name, person.alias, person.gender, person.birth_year) == ("Nama Baru", "Melati", "P", 2011)
    with transaction():
        describe_person(case_id, "", "", "X", None, owner, NOW)
        person = read_case(case_id, owner, NOW).person
    assert (person.name, person.alias, person.gender, person.birth_year) == ("", "", None, None)
    assert events_of(case_id) == ["opened", "person", "person"]
    for year in (2027, 1890):
        with pytest.raises(RuleBroken), transaction():
            describe_person(case_id, "", "", None, year, owner, NOW)
    with pytest.raises(NotAllowed), transaction():
        describe_person(case_id, "", "", None, None, coordinator, NOW)
