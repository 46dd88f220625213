from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tesa.accounts.rules.roles import Role
from tesa.cases.rules.access import CaseAct, Grant, Relation, acts, may, relation

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OWNER, OTHER = uuid.uuid4(), uuid.uuid4()
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Somebody:
    id: uuid.UUID
    roles: frozenset[Role]


def somebody(who: uuid.UUID, *roles: Role) -> Somebody:
    return Somebody(who, frozenset(roles))


P, C, W, A = Role.PSYCHOLOGIST, Role.COORDINATOR, Role.OUTREACH, Role.ADMINISTRATOR


@pytest.mark.parametrize(
    ("who", "roles", "lent_until", "expected"),
    [
        (OWNER, [P], None, Relation.OWNER),
        (OWNER, [P, C], None, Relation.OWNER),
        (OWNER, [A], None, None),  # an owner who is no psychologist any more
        (OWNER, [C], None, Relation.COORDINATOR),
        (OTHER, [P], None, None),
        (OTHER, [P], NOW + DAY, Relation.HELPER),
        (OTHER, [P], NOW, None),  # access that ends now has ended
        (OTHER, [P], NOW - DAY, None),
        (OTHER, [P, C], NOW - DAY, Relation.COORDINATOR),
        (OTHER, [C], NOW + DAY, Relation.COORDINATOR),  # lent access does not make a coordinator a psychologist
        (OTHER, [W], NOW + DAY, None),
        (OTHER, [A], NOW + DAY, None),
        (OTHER, [], None, None),
    ],
)
def test_relation(who: uuid.UUID, roles: list[Role], lent_until: datetime | None, expected: Relation | None) -> None:
    grants = [Grant(who, lent_until)] if lent_until else []
    assert relation(somebody(who, *roles), OWNER, grants, NOW) is expected


def test_access_lent_to_somebody_else_is_not_hers() -> None:
    assert relation(somebody(OTHER, P), OWNER, [Grant(uuid.uuid4(), NOW + DAY)], NOW) is None


NOTES_AND_PERSON = {CaseAct.READ_NOTES, CaseAct.WRITE_NOTES, CaseAct.READ_PERSON, CaseAct.DESCRIBE_PERSON}
NOTES_AND_PERSON |= {CaseAct.SET_SAFE_CONTACT}


def test_the_owner_may_do_everything() -> None:
    assert acts(Relation.OWNER) == set(CaseAct)


def test_a_helper_works_on_the_case_but_does_not_decide_over_it() -> None:
    assert acts(Relation.HELPER) == {CaseAct.READ, CaseAct.SCREEN} | NOTES_AND_PERSON


def test_a_coordinator_sees_neither_person_nor_notes() -> None:
    assert acts(Relation.COORDINATOR) == set(CaseAct) - NOTES_AND_PERSON


@pytest.mark.parametrize("act", CaseAct)
def test_without_a_relation_nothing_is_allowed(act: CaseAct) -> None:
    assert not may(None, act)
