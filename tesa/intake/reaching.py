"""May she be reached now? Asked by every act and every outbox item that calls or writes to a caller.

The same answer is asked for twice: when somebody presses the button, and right before the request leaves, because her
plan may have changed between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tesa.cases.public import Answer, How, Occasion, Why, plan_for, refusal
from tesa.core.db import db
from tesa.core.errors import Conflict
from tesa.core.vault import vault
from tesa.intake import labels
from tesa.intake.models import Contact, Message
from tesa.intake.queries import number_of
from tesa.intake.rules.promises import SafeHours
from tesa.telephony.inbound import settings


def why_not(how: How, contact: Contact, now: datetime) -> Why | None:
    """Why the caller of `contact` must not be called or written to now; None: she may be."""
    number = number_of(contact)
    said = Answer(contact.safe_to_call)
    occasion = Occasion(_heard_at(contact), said, _stopped_at(contact, number))
    local = now.astimezone(settings().time_zone).time()
    return refusal(how, plan_for(number, contact.case_id), occasion, now, local)


def refuse_unsafe(how: How, contact: Contact, now: datetime) -> None:
    """Raise Conflict with the reason, unless the caller of `contact` may be reached in this way now."""
    why = why_not(how, contact, now)
    if why is not None:
        raise Conflict(str(labels.WHY[why]))


def _heard_at(contact: Contact) -> datetime:
    """Her last word in this contact: her last message, or the beginning of her call."""
    last = db.session.scalar(
        select(func.max(Message.created_at)).where(Message.contact_id == contact.id, Message.direction == "in")
    )
    return last or contact.opened_at


def _stopped_at(contact: Contact, number: str | None) -> datetime | None:
    """When she last wrote STOP, in this contact or in another one from the same number."""
    stops = [contact.stopped_at] if contact.stopped_at else []
    if number is not None:
        others = select(Contact).where(
            Contact.caller_index.in_(vault.blind_indexes("number", number)),
            Contact.stopped_at.is_not(None),
            Contact.id != contact.id,
        )
        stops += [
            other.stopped_at for other in db.session.scalars(others) if other.stopped_at and number_of(other) == number
        ]
    return max(stops, default=None)


def hours_for(contact: Contact) -> Sequence[SafeHours]:
    """Everybody's hours in which this number may be reached; none: any hour."""
    return plan_for(number_of(contact), contact.case_id).hours
