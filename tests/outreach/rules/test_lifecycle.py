"""Which state follows which, and who may say so."""

import pytest

from tesa.outreach.rules.lifecycle import MOVES, OPEN, UNDER_WAY, Mover, State, may_move, moves

WORKER, REQUESTER, COORDINATOR = (frozenset({m}) for m in (Mover.ASSIGNED, Mover.REQUESTER, Mover.COORDINATOR))


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
def test_moves(state: State, mover: frozenset[Mover], expected: tuple[State, ...]) -> None:
    assert moves(state, mover) == expected


def test_who_is_nothing_to_a_dispatch_moves_nothing() -> None:
    assert not any(moves(state, frozenset()) for state in State)


def test_nobody_moves_into_acknowledged_or_back() -> None:
    order = list(State)
    for state in State:
        for target in State:
            if may_move(state, target, frozenset(Mover)):
                assert target is not State.ACKNOWLEDGED
                assert order.index(target) > order.index(state)


def test_every_open_dispatch_can_be_brought_to_an_end() -> None:
    ends = set(State) - set(OPEN)
    for state in OPEN:
        seen, todo = {state}, [state]
        while todo:
            found = set(MOVES.get(todo.pop(), {})) - seen
            seen |= found
            todo += found
        assert seen & ends
    assert set(UNDER_WAY) < set(OPEN)
