"""Put a dispatch to one person: her phone rings and a text comes."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.rules.clocks import answer_by
from tesa.outreach.rules.offers import Kind
from tesa.outreach.rules.priorities import Priority
from tesa.telephony.outbox import enqueue

RING, TEXT = "outreach.ring", "outreach.text"


def offer_dispatch(
    dispatch: Dispatch, kind: Kind, account_id: uuid.UUID | None, setting_number: int | None, now: datetime
) -> None:
    """Offer `dispatch` (locked) to an account, or to a coordinator number of the settings when nobody's account has it."""
    offer = DispatchOffer(
        id=new_id(),
        dispatch_id=dispatch.id,
        kind=kind,
        account_id=account_id,
        setting_number=setting_number,
        token=secrets.token_urlsafe(32),
        offered_at=now,
        until=answer_by(Priority(dispatch.priority), now),
    )
    db.session.add(offer)
    db.session.flush()
    log_event(dispatch, "offered", now, By(offer_id=offer.id), detail=kind)
    enqueue(RING, offer.id, now)
    enqueue(TEXT, offer.id, now)
