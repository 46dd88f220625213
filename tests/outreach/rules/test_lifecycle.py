"""Which state follows which, and who may say so."""

import pytest

from tesa.accounts.rules.policy import Relation, Standing
from tesa.accounts.rules.roles import Role
from tesa.outreach.rules.lifecycle import NEXT, OPEN, UNDER_WAY, State, moves
from tests.outreach.night import COORDINATOR, REQUESTER, STRANGER, WORKER

EVERYTHING = Standing(frozenset(Role), frozenset(Relation))


@pytest.mark.parametrize(
    ("state", "mover", "expected"),
    [
        (State.REQUESTED, WORKER, ()),
        (State.REQUESTED, REQUESTER, (State.STOOD_DOWN,)),
        (State.ACKNOWLEDGED, WORKER, (State.EN_ROUTE, State.ON_SCENE)),
        (State.ACKNOWLEDGED, COORDINATOR, (State.EN_ROUTE, State.ON_SCENE, State.STOOD_DOWN)),
        (State.EN_ROUTE, WORKER, (State.ON_SCENE,)),
        (State.ON_SCENE, WORKER, (State.CLEARED, State.UNFOUNDED)),
        (State.ON_SCENE, REQUESTER, ()),
        (State.CLEARED, REQUESTER, (State.CLOSED,)),
        (State.CLOSED, COORDINATOR, ()),
        (State.STOOD_DOWN, COORDINATOR, ()),
    ],
)
def test_moves(state: State, mover: Standing, expected: tuple[State, ...]) -> None:
    assert moves(state, mover) == expected


def test_who_is_nothing_to_a_dispatch_moves_nothing() -> None:
    assert not any(moves(state, STRANGER) for state in State)


def test_nobody_moves_into_acknowledged_or_back() -> None:
    order = list(State)
    for state in State:
        for target in State:
            if target in moves(state, EVERYTHING):
                assert target is not State.ACKNOWLEDGED
                assert order.index(target) > order.index(state)


def test_every_open_dispatch_can_be_brought_to_an_end() -> None:
    ends = set(State) - set(OPEN)
    for state in OPEN:
        seen, todo = {state}, [state]
        while todo:
            found = set(NEXT.get(todo.pop(), ())) - seen
            seen |= found
            todo += found
        assert seen & ends
    assert set(UNDER_WAY) < set(OPEN)
