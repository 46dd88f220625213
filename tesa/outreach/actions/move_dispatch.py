"""A dispatch moves on: en route, on scene, cleared, closed; or it is called off."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.accounts.rules.policy import Standing
from tesa.core.errors import NotAllowed, NotFound, RuleBroken
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.actions.tell_change import tell_change
from tesa.outreach.actions.withdraw_offers import withdraw_offers
from tesa.outreach.labels import state_label
from tesa.outreach.models import Dispatch
from tesa.outreach.rules.lifecycle import State, moves

_TIMES = {
    State.EN_ROUTE: "en_route_at",
    State.ON_SCENE: "on_scene_at",
    State.CLEARED: "cleared_at",
    State.CLOSED: "closed_at",
    State.STOOD_DOWN: "closed_at",
    State.UNFOUNDED: "closed_at",
}


def move_dispatch(dispatch: Dispatch, target: State, who: Standing, by: By, now: datetime) -> None:
    """Put `dispatch` (locked) into `target`; `who` is what the person of `by` is to it. Twice does no harm.

    Raises NotFound for somebody who is nothing to it, RuleBroken when that state does not follow or is not hers to say.
    """
    if not who.may("dispatch.read", dispatch.state):
        raise NotFound
    if not who.may("dispatch.move", dispatch.state):
        raise NotAllowed(_("Tugas ini belum Anda pegang."))
    before = State(dispatch.state)
    if before is target:
        return
    if target not in moves(before, who):
        raise RuleBroken(_("Langkah ini tidak bisa sekarang. Keadaan tugas: %(state)s.", state=state_label(before)))
    dispatch.state, dispatch.next_step_at = target, None
    setattr(dispatch, _TIMES[target], now)
    log_event(dispatch, "moved", now, by, moved_from=before)
    audit.record(by.actor_id, "dispatch.move", "dispatch", dispatch.id, now, dispatch.case_id, state=target)
    if target is State.STOOD_DOWN:
        withdraw_offers(dispatch, now)
        tell_change(dispatch, now)
