"""The life of a dispatch: which state may follow which, and who may say so."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a dispatch stands."""

    REQUESTED = "requested"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    CLOSED = "closed"
    STOOD_DOWN = "stood_down"  # no longer needed before anybody was there
    UNFOUNDED = "unfounded"  # somebody was there; there was nothing


class Mover(StrEnum):
    """What somebody is to a dispatch."""

    ASSIGNED = "assigned"
    REQUESTER = "requester"
    COORDINATOR = "coordinator"


UNDER_WAY = (State.REQUESTED, State.ACKNOWLEDGED, State.EN_ROUTE, State.ON_SCENE)
"""Somebody still needs help: a contact has at most one such dispatch, and it may be amended."""
OPEN = (*UNDER_WAY, State.CLEARED)
"""On the board: nobody has closed it yet."""

_FIELD = frozenset({Mover.ASSIGNED, Mover.COORDINATOR})
_DESK = frozenset({Mover.REQUESTER, Mover.COORDINATOR})
_ALL = frozenset(Mover)

# Acknowledging is not here: it happens by accepting an offer.
MOVES: dict[State, dict[State, frozenset[Mover]]] = {
    State.REQUESTED: {State.STOOD_DOWN: _DESK},
    # A worker who was round the corner arrives without having set out.
    State.ACKNOWLEDGED: {State.EN_ROUTE: _FIELD, State.ON_SCENE: _FIELD, State.STOOD_DOWN: _DESK},
    State.EN_ROUTE: {State.ON_SCENE: _FIELD, State.STOOD_DOWN: _DESK},
    State.ON_SCENE: {State.CLEARED: _FIELD, State.UNFOUNDED: _FIELD},
    State.CLEARED: {State.CLOSED: _ALL},
}


def moves(state: State, movers: frozenset[Mover]) -> tuple[State, ...]:
    """The states somebody who is `movers` to the dispatch may put it into now, the usual next one first."""
    return tuple(target for target, allowed in MOVES.get(state, {}).items() if allowed & movers)


def may_move(state: State, target: State, movers: frozenset[Mover]) -> bool:
    """May somebody who is `movers` to the dispatch move it from `state` to `target`?"""
    return target in moves(state, movers)


def movers(assigned: bool, requester: bool, coordinator: bool) -> frozenset[Mover]:
    """What somebody is to a dispatch, as a set."""
    facts = {Mover.ASSIGNED: assigned, Mover.REQUESTER: requester, Mover.COORDINATOR: coordinator}
    return frozenset(mover for mover, so in facts.items() if so)


def may_read(state: State, who: frozenset[Mover]) -> bool:
    """May somebody read where to go and what is known? Whoever went there only as long as the task lasts."""
    return bool(who - {Mover.ASSIGNED}) or (Mover.ASSIGNED in who and state in UNDER_WAY)


def may_amend(state: State, who: frozenset[Mover]) -> bool:
    """May somebody change place, what is known or the priority? While somebody still needs help; not the field."""
    return state in UNDER_WAY and bool(who - {Mover.ASSIGNED})
