"""The other phones stop: somebody has the dispatch, or nobody is needed any more."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.queries import offers_of
from tesa.outreach.rules.offers import Outcome
from tesa.telephony.outbox import enqueue

STOP_RINGING = "outreach.stop_ringing"


def withdraw_offers(dispatch: Dispatch, now: datetime, except_for: uuid.UUID | None = None) -> None:
    """End the open offers of `dispatch` (locked) but `except_for`."""
    for offer in offers_of(dispatch.id):
        if offer.outcome is None and offer.id != except_for:
            withdraw_offer(dispatch, offer, now)


def withdraw_offer(dispatch: Dispatch, offer: DispatchOffer, now: datetime) -> None:
    """End one open offer."""
    offer.outcome, offer.ended_at = Outcome.SUPERSEDED, now
    log_event(dispatch, "superseded", now, By(offer_id=offer.id))
    stop_ringing(offer, now)


def stop_ringing(offer: DispatchOffer, now: datetime) -> None:
    """End the call of an offer that is over. If its SID is not known yet, whoever writes it down asks for this again."""
    if offer.call_sid is not None and offer.leg_ended_at is None:
        enqueue(STOP_RINGING, offer.id, now)
