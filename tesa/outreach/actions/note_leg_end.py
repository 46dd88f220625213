"""The telephone call of an offer is over without an answer."""

from __future__ import annotations

from datetime import datetime

from tesa.outreach.actions.climb_ladder import climb_ladder
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.rules.offers import NEVER_RANG, Kind
from tesa.outreach.rules.priorities import Priority


def note_leg_end(offer: DispatchOffer, dispatch: Dispatch, how: str, now: datetime, code: str | None = None) -> None:
    """Write down that the call of `offer` ended as `how` (busy, no-answer, …); `code`: Twilio's error, if it refused.

    The offer stays open until its clock runs out, because she may still answer by text. But in an emergency the next
    one is asked at once when her phone cannot have rung. Twice does no harm.
    """
    if offer.leg_ended_at is not None:
        return
    offer.leg_ended_at, offer.leg_end = now, how
    if offer.outcome is not None:
        return
    log_event(dispatch, "ring_failed" if code else "rang_out", now, By(offer_id=offer.id), detail=code or how)
    if dispatch.priority == Priority.P1 and how in NEVER_RANG and offer.kind == Kind.WORKER:
        climb_ladder(dispatch, now, more_workers=1)
