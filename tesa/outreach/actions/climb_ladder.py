"""Take the step of the ladder that is due: close what ran out, ask the next, write down when to look again."""

from __future__ import annotations

from datetime import datetime

from tesa.outreach.actions.ask_coordinators import ask_coordinators
from tesa.outreach.actions.ask_workers import ask_workers
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.models import Dispatch
from tesa.outreach.queries import offers_of
from tesa.outreach.rules import clocks
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.offers import Outcome
from tesa.outreach.rules.priorities import Priority


def climb_ladder(dispatch: Dispatch, now: datetime, more_workers: int = 0) -> None:
    """Do what is due for `dispatch` (locked) at `now`, and ask `more_workers` at once in place of those who said no."""
    if dispatch.state != State.REQUESTED:
        dispatch.next_step_at = None
        return
    for offer in offers_of(dispatch.id):
        if offer.outcome is None and offer.until <= now:
            offer.outcome, offer.ended_at = Outcome.MISSED, now
            log_event(dispatch, "missed", now, By(offer_id=offer.id))
    priority = Priority(dispatch.priority)
    due = clocks.due(priority, dispatch.clock_since, dispatch.rung, now)
    nobody_on_shift = ask_workers(dispatch, due.workers + more_workers, now)
    if due.coordinators or nobody_on_shift:
        ask_coordinators(dispatch, now)
    dispatch.rung = due.rung
    still_open = [offer.until for offer in offers_of(dispatch.id) if offer.outcome is None]
    dispatch.next_step_at = clocks.next_step(priority, dispatch.clock_since, dispatch.rung, still_open)
