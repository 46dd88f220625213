"""A dispatch becomes more urgent: its clocks start anew."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.accounts import audit
from tesa.outreach.actions.climb_ladder import climb_ladder
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.actions.withdraw_offers import withdraw_offer
from tesa.outreach.models import Dispatch
from tesa.outreach.queries import offers_of
from tesa.outreach.rules.clocks import answer_by
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.priorities import Priority

STILL_RINGS_FOR = timedelta(seconds=60)


def raise_priority(dispatch: Dispatch, priority: Priority, by: uuid.UUID | None, now: datetime) -> None:
    """Make `dispatch` (locked) `priority`, which is more urgent than before.

    A phone that rings at this moment goes on ringing; whoever was asked earlier and has not answered is asked again.
    """
    before, dispatch.priority = dispatch.priority, priority
    dispatch.clock_since = now
    log_event(dispatch, "raised", now, By(by), detail=priority)
    audit.record(by, "dispatch.raise", "dispatch", dispatch.id, now, dispatch.case_id, before=before, priority=priority)
    if dispatch.state != State.REQUESTED:
        return
    dispatch.rung = 0
    for offer in offers_of(dispatch.id):
        if offer.outcome is not None:
            continue
        if offer.leg_ended_at is None and offer.offered_at > now - STILL_RINGS_FOR:
            offer.until = min(offer.until, answer_by(priority, now))
        else:
            withdraw_offer(dispatch, offer, now)
    climb_ladder(dispatch, now)
