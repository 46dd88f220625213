"""Who may do what: the table read as sentences, and that whatever no sentence says is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.accounts.rules.policy import POLICY, Relation, Standing, may
from tesa.accounts.rules.roles import Role

P, C, O, A = Role.PSYCHOLOGIST, Role.COORDINATOR, Role.OUTREACH, Role.ADMINISTRATOR  # noqa: E741
R = Relation
ACTS = sorted({line.act for line in POLICY})
SETS_OF_ROLES = st.frozensets(st.sampled_from(list(Role)))
SETS_OF_RELATIONS = st.frozensets(st.sampled_from(list(Relation)))
STATES = st.sampled_from([None, "waiting", "requested", "on_scene", "cleared", "closed", "no such state"])


@pytest.mark.parametrize(
    ("role", "act", "relation", "state", "answer"),
    [
        (P, "note.read", R.OWN, None, True),
        (P, "note.read", R.HELPING, None, True),
        (C, "note.read", R.OVERSEEING, None, False),
        (C, "note.read", R.BREAK_GLASS, None, True),
        (C, "note.write", R.BREAK_GLASS, None, False),
        (C, "note.read", R.OWN, None, False),
        (A, "note.read", R.OWN, None, False),
        (P, "contact.number", R.OWN, None, True),
        (P, "contact.number", R.UNASSIGNED, None, False),
        (C, "contact.number", R.OWN, None, False),
        (C, "number.reveal", R.OVERSEEING, None, True),
        (P, "number.reveal", R.OWN, None, False),
        (O, "number.reveal", R.DISPATCHED, None, False),
        (O, "contact.read", R.DISPATCHED, None, False),
        (P, "contact.words", R.OFFERED, None, False),
        (P, "case.lower", R.HELPING, None, False),
        (C, "case.screen", R.OVERSEEING, None, False),
        (C, "case.assign", R.BREAK_GLASS, None, False),
        (O, "dispatch.words", R.DISPATCHED, "on_scene", True),
        (O, "dispatch.words", R.DISPATCHED, "cleared", False),
        (O, "dispatch.words", R.OFFERED, "requested", False),
        (O, "dispatch.read", R.OFFERED, "acknowledged", False),
        (P, "dispatch.words", R.REQUESTED, "closed", True),
        (P, "dispatch.amend", R.REQUESTED, "closed", False),
        (A, "contact.count", None, None, True),
        (A, "contact.queue", None, None, False),
        (A, "rota.write", None, None, False),
        (O, "rota.read", None, None, False),
    ],
)  # fmt: skip
def test_sentences(role: Role, act: str, relation: Relation | None, state: str | None, answer: bool) -> None:
    assert may([role], act, [relation] if relation else [], state) is answer


@given(SETS_OF_ROLES, SETS_OF_RELATIONS, STATES)
def test_nobody_may_what_is_not_in_the_table(
    roles: frozenset[Role], relations: frozenset[Relation], state: str | None
) -> None:
    assert not may(roles, "case.dance", relations, state)
    assert not may((), "case.read", relations, state)


@given(SETS_OF_ROLES, SETS_OF_RELATIONS, SETS_OF_ROLES, SETS_OF_RELATIONS, STATES, st.sampled_from(ACTS))
def test_more_never_takes_away(
    roles: frozenset[Role],
    relations: frozenset[Relation],
    more_roles: frozenset[Role],
    more_relations: frozenset[Relation],
    state: str | None,
    act: str,
) -> None:
    if may(roles, act, relations, state):
        assert may(roles | more_roles, act, relations | more_relations, state)


@given(SETS_OF_ROLES, SETS_OF_RELATIONS, STATES)
def test_acts_are_those_that_the_relation_opens(
    roles: frozenset[Role], relations: frozenset[Relation], state: str | None
) -> None:
    bonds = relations - {R.ANY}
    more = {act for act in ACTS if may(roles, act, bonds, state) and not may(roles, act, (), state)}
    assert Standing(roles, bonds).acts(state) == more


def test_the_administrator_opens_nothing() -> None:
    assert [line.act for line in POLICY if A in line.roles and line.opens] == []


def test_whoever_breaks_the_glass_only_reads() -> None:
    with_glass = {line.act for line in POLICY if R.BREAK_GLASS in line.relations}
    assert with_glass == {
        "case.read",
        "person.read",
        "note.read",
        "number.reveal",
        "dispatch.progress",
        "dispatch.trail",
    }
