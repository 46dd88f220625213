from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tesa.accounts.rules.policy import Relation, may
from tesa.accounts.rules.roles import Role
from tesa.cases.rules.access import Grant, relations

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


OWN, HELPING, OVERSEEING = {Relation.OWN}, {Relation.HELPING}, {Relation.OVERSEEING}


@pytest.mark.parametrize(
    ("who", "roles", "lent_until", "expected"),
    [
        (OWNER, [P], None, OWN),
        (OWNER, [P, C], None, OWN | OVERSEEING),
        (OTHER, [P], None, set()),
        (OTHER, [P], NOW + DAY, HELPING),
        (OTHER, [P], NOW, set()),  # access that ends now has ended
        (OTHER, [P], NOW - DAY, set()),
        (OTHER, [P, C], NOW - DAY, OVERSEEING),
        (OTHER, [C], NOW + DAY, OVERSEEING | HELPING),
        (OTHER, [A], None, set()),
        (OTHER, [], None, set()),
    ],
)
def test_relations(who: uuid.UUID, roles: list[Role], lent_until: datetime | None, expected: set[Relation]) -> None:
    grants = [Grant(who, lent_until)] if lent_until else []
    assert relations(somebody(who, *roles), OWNER, grants, NOW) == expected


def test_access_lent_to_somebody_else_is_not_hers() -> None:
    assert relations(somebody(OTHER, P), OWNER, [Grant(uuid.uuid4(), NOW + DAY)], NOW) == set()


PERSON_AND_NOTES = {"person.read", "person.describe", "person.safe_contact", "note.read", "note.write"}
DECISIONS = {"case.assign", "case.close", "case.reopen"}
WHOLE = {"case.read", "case.screen", "case.lower"} | PERSON_AND_NOTES | DECISIONS


@pytest.mark.parametrize(
    ("roles", "relation", "expected"),
    [
        ([P], OWN, WHOLE),
        ([P], HELPING, {"case.read", "case.screen"} | PERSON_AND_NOTES),  # works on it, does not decide over it
        ([C], OVERSEEING, {"case.read"} | DECISIONS),  # neither person nor notes
        ([A], OWN, set()),  # an owner who is no psychologist any more
        ([C], OWN, set()),
        ([C], HELPING, set()),  # lent access does not make a coordinator a psychologist
        ([W], HELPING, set()),
        ([P, C], set(), set()),
    ],
)
def test_what_one_may_do(roles: list[Role], relation: set[Relation], expected: set[str]) -> None:
    assert {act for act in WHOLE if may(roles, act, relation)} == expected
