"""The life of a dispatch: which state may follow which, and who may say so."""

from __future__ import annotations

from enum import StrEnum

from tesa.accounts.rules.policy import Standing


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


UNDER_WAY = (State.REQUESTED, State.ACKNOWLEDGED, State.EN_ROUTE, State.ON_SCENE)
"""Somebody still needs help: a contact has at most one such dispatch, and it may be amended."""
OPEN = (*UNDER_WAY, State.CLEARED)
"""On the board: nobody has closed it yet."""

# Acknowledging is not here: it happens by accepting an offer.
NEXT: dict[State, tuple[State, ...]] = {
    State.REQUESTED: (State.STOOD_DOWN,),
    # A worker who was round the corner arrives without having set out.
    State.ACKNOWLEDGED: (State.EN_ROUTE, State.ON_SCENE, State.STOOD_DOWN),
    State.EN_ROUTE: (State.ON_SCENE, State.STOOD_DOWN),
    State.ON_SCENE: (State.CLEARED, State.UNFOUNDED),
    State.CLEARED: (State.CLOSED,),
}
"""Which state may follow which, the usual one first."""
_ACTS = {State.STOOD_DOWN: "dispatch.call_off", State.CLOSED: "dispatch.close"}


def moves(state: State, who: Standing) -> tuple[State, ...]:
    """The states into which somebody may put a dispatch in `state` now, by the table of access."""
    return tuple(next_ for next_ in NEXT.get(state, ()) if who.may(_ACTS.get(next_, "dispatch.advance"), state))
