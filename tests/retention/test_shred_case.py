"""Two people destroy a case: all of it, and nothing of another."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask

from tesa.accounts.public import Principal, StaffMember
from tesa.accounts.two_person import approve, propose
from tesa.cases.actions.reopen_case import take_up
from tesa.cases.models import Case
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.intake.models import Contact
from tesa.retention.actions.change_rule import change_rule
from tesa.retention.actions.lift_hold import lift_hold
from tesa.retention.actions.set_hold import set_hold
from tesa.retention.actions.shred_case import shred_case
from tesa.retention.proposals import CHANGE, SHRED, rule_id
from tesa.retention.queries import rules
from tesa.retention.rules.keeping import Thing
from tests.cases.making import audited
from tests.retention.making import ENDED, EVERYTHING, make_contact, make_dispatch, make_ended
from tests.support.people import make_staff

NOW = ENDED + timedelta(days=10)
WHY = "diminta oleh klien secara tertulis"


@pytest.fixture
def pair(app: Flask) -> tuple[StaffMember, StaffMember]:
    """Two coordinators."""
    return make_staff("coordinator"), make_staff("coordinator")


def as_principal(person: StaffMember) -> Principal:
    return Principal(person.id, person.email, person.name, person.roles, "id", "auto", new_id(), NOW)


def test_all_of_it_goes_and_another_case_stays(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    gone, kept = make_ended(owner), make_ended(owner, "+6281200000018")
    with transaction():
        shred_case(gone.case, pair[0].id, pair[1].id, NOW)
    assert gone.left() == set()
    assert kept.left() == EVERYTHING


def test_every_step_is_in_the_trail_with_both_people(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended = make_ended(owner)
    with transaction():
        shred_case(ended.case, pair[0].id, pair[1].id, NOW)
    entry = audited("case.shred")[0]
    assert (entry.actor_id, entry.case_id) == (pair[1].id, ended.case)
    assert json.loads(entry.details) == {"proposer": str(pair[0].id)}
    shredded = audited("key.shredded")
    assert {(e.kind, e.object_id) for e in shredded} == {
        ("contact", ended.contact), ("dispatch", ended.dispatch), ("case", ended.case), ("person", ended.person),
    }  # fmt: skip
    assert {e.case_id for e in shredded} == {ended.case}
    assert {json.loads(e.details)["why"] for e in shredded} == {"by_hand"}


def test_a_case_on_hold_stays_whole(app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]) -> None:
    ended = make_ended(owner)
    with transaction():
        set_hold(ended.case, "court", None, pair[0].id, NOW)
    with pytest.raises(RuleBroken), transaction():
        shred_case(ended.case, pair[0].id, pair[1].id, NOW)
    assert ended.left() == EVERYTHING


def test_a_case_under_way_stays_whole(app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]) -> None:
    ended = make_ended(owner)
    with transaction():
        take_up(db.session.get_one(Case, ended.case), None, ENDED + timedelta(days=1))
    with pytest.raises(RuleBroken), transaction():
        shred_case(ended.case, pair[0].id, pair[1].id, NOW)
    assert ended.left() == EVERYTHING


def test_nothing_goes_while_a_contact_of_it_is_open(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended = make_ended(owner)
    with transaction():
        db.session.get_one(Contact, ended.contact).state = "to_record"
    with pytest.raises(RuleBroken), transaction():
        shred_case(ended.case, pair[0].id, pair[1].id, NOW)
    assert ended.left() == EVERYTHING


def test_nothing_goes_within_a_minute_of_the_last_word(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended = make_ended(owner)
    with pytest.raises(RuleBroken), transaction():
        shred_case(ended.case, pair[0].id, pair[1].id, ENDED + timedelta(seconds=60))
    assert ended.left() == EVERYTHING


def test_her_other_case_keeps_the_person(app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]) -> None:
    first = make_ended(owner, reason="duplicate")
    second = make_ended(owner, ended=ENDED + timedelta(days=5), person_id=first.person)
    with transaction():
        shred_case(first.case, pair[0].id, pair[1].id, NOW)
    assert first.left() == {"person"}
    assert second.left() == EVERYTHING
    with transaction():
        shred_case(second.case, pair[0].id, pair[1].id, NOW)
    assert second.left() == set()


def test_further_contacts_and_dispatches_of_the_case_go_too(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended = make_ended(owner)
    more = {make_contact(ended.case, owner), make_dispatch(ended.case, None)}
    alone = {make_contact(None, owner), make_dispatch(None, None)}
    with transaction():
        shred_case(ended.case, pair[0].id, pair[1].id, NOW)
    objects = {e.object_id for e in audited("key.shredded")}
    assert more <= objects
    assert not alone & objects


def test_a_case_that_is_not_there(app: Flask, pair: tuple[StaffMember, StaffMember]) -> None:
    with pytest.raises(NotFound), transaction():
        shred_case(new_id(), pair[0].id, pair[1].id, NOW)


def test_the_proposal_of_one_and_the_approval_of_another_do_it(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended = make_ended(owner)
    first, second = map(as_principal, pair)
    with transaction():
        proposal = propose(SHRED, ended.case, WHY, first, NOW, ended.case)
    with pytest.raises(RuleBroken), transaction():
        approve(proposal, first, NOW)
    assert ended.left() == EVERYTHING
    with transaction():
        approve(proposal, second, NOW + timedelta(hours=1), "setuju")
    assert ended.left() == set()


def test_a_hold_set_between_proposal_and_approval_wins(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended = make_ended(owner)
    first, second = map(as_principal, pair)
    with transaction():
        proposal = propose(SHRED, ended.case, WHY, first, NOW, ended.case)
    with transaction():
        set_hold(ended.case, "police", None, second.id, NOW)
    with pytest.raises(RuleBroken), transaction():
        approve(proposal, second, NOW + timedelta(hours=1))
    assert ended.left() == EVERYTHING
    with transaction():
        lift_hold(ended.case, second.id, NOW)
        approve(proposal, second, NOW + timedelta(hours=1))
    assert ended.left() == set()


def test_a_rule_is_changed_by_two(app: Flask, pair: tuple[StaffMember, StaffMember]) -> None:
    first, second = map(as_principal, pair)
    with transaction():
        proposal = propose(CHANGE, rule_id(Thing.NOTE), WHY, first, NOW, thing="note", days=3000)
    assert rules()[Thing.NOTE].days == 5 * 365
    with transaction():
        approve(proposal, second, NOW)
    assert rules()[Thing.NOTE].days == 3000
    entry = audited("retention.change")[0]
    assert json.loads(entry.details) == {"before": 1825, "days": 3000, "proposer": str(first.id), "thing": "note"}


@pytest.mark.parametrize(("thing", "days"), [("note", 29), ("note", 36_501), ("staff", 100)])
def test_a_rule_that_cannot_be(app: Flask, pair: tuple[StaffMember, StaffMember], thing: str, days: int) -> None:
    with pytest.raises(RuleBroken), transaction():
        change_rule(thing, days, pair[0].id, pair[1].id, NOW)
    assert rules()[Thing.NOTE].days == 5 * 365


@pytest.mark.parametrize(("reason", "ends"), [("because", None), ("court", NOW)])
def test_a_hold_that_cannot_be(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember], reason: str, ends: object
) -> None:
    ended = make_ended(owner)
    with pytest.raises(RuleBroken), transaction():
        set_hold(ended.case, reason, ends, pair[0].id, NOW)  # type: ignore[arg-type]


def test_one_hold_at_a_time_and_another_when_it_is_over(
    app: Flask, owner: StaffMember, pair: tuple[StaffMember, StaffMember]
) -> None:
    ended, end = make_ended(owner), NOW + timedelta(days=1)
    with transaction():
        set_hold(ended.case, "court", end, pair[0].id, NOW)
    with pytest.raises(RuleBroken), transaction():
        set_hold(ended.case, "police", None, pair[0].id, NOW)
    with transaction():
        set_hold(ended.case, "police", None, pair[0].id, end)
    assert [json.loads(e.details)["reason"] for e in audited("hold.set")] == ["court", "police"]
