"""Twilio tells how the text of an offer fares."""

from __future__ import annotations

from datetime import datetime

from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.queries import offer_by_token, text_failed_before

DID_NOT_ARRIVE = frozenset({"failed", "undelivered"})


def note_text(token: str, status: str, code: str | None, now: datetime) -> None:
    """Write down, once, that the text did not arrive. The call is what counts; every other state is ignored."""
    found = offer_by_token(token)
    if found is not None and status in DID_NOT_ARRIVE:
        note_text_failed(*found, code or status, now)


def note_text_failed(offer: DispatchOffer, dispatch: Dispatch, code: str, now: datetime) -> None:
    """Write down, once, that the text of `offer` did not arrive."""
    if not text_failed_before(offer.id):
        log_event(dispatch, "text_failed", now, By(offer_id=offer.id), detail=code[:20])
