"""How far a test of the line has come, read from the rows that any call leaves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tesa.core.db import db
from tesa.intake.actions.note_test_join import TEST_JOINED
from tesa.intake.models import Contact, ContactEvent
from tesa.intake.queries import call_of, offers_of
from tesa.intake.rules.words import ContactState, OfferOutcome


@dataclass(frozen=True)
class Progress:
    """What was seen of a test's contact. `met_at`: both legs are in the conference. `over`: it has been closed."""

    queued: bool
    accepted_at: datetime | None
    met_at: datetime | None
    over: bool


def progress_of(contact_id: uuid.UUID) -> Progress:
    """The progress of the contact of a test."""
    contact = db.session.get(Contact, contact_id, populate_existing=True)
    call = call_of(contact_id)
    accepted = next((offer for offer in offers_of(contact_id) if offer.outcome == OfferOutcome.ACCEPTED), None)
    met_at = None
    if call is not None and accepted is not None:
        joined = dict(
            db.session.execute(
                select(ContactEvent.detail, func.min(ContactEvent.at))
                .where(ContactEvent.contact_id == contact_id, ContactEvent.code == TEST_JOINED)
                .group_by(ContactEvent.detail)
            ).all()
        )
        legs = [joined.get(sid) for sid in (call.call_sid, accepted.call_sid) if sid]
        if len(legs) == 2 and all(legs):
            met_at = max(at for at in legs if at is not None)
    return Progress(
        queued=call is not None and call.queue_sid is not None,
        accepted_at=accepted.ended_at if accepted else None,
        met_at=met_at,
        over=contact is None or contact.state == ContactState.FINALIZED,
    )
