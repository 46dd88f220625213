"""Tell whoever has a dispatch that something about it has changed."""

from __future__ import annotations

from datetime import datetime

from tesa.outreach.models import Dispatch
from tesa.outreach.queries import accepted_offer
from tesa.telephony.outbox import enqueue

CHANGED = "outreach.changed"


def tell_change(dispatch: Dispatch, now: datetime) -> None:
    """Send the person who has `dispatch` a content-free text with a link. Nothing while nobody has it."""
    offer = accepted_offer(dispatch.id)
    if offer is not None:
        enqueue(CHANGED, offer.id, now)
