"""What a contact's page shows of the other calls of its number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.public import Principal
from tesa.core.db import db
from tesa.core.vault import KeysAway
from tesa.intake.callers import calls_beside
from tesa.intake.models import Contact
from tesa.intake.queries import number_of, visible_to
from tesa.intake.rules.words import Channel


@dataclass(frozen=True)
class OtherCall:
    """Another call of the same number. `visible`: this person may open it."""

    id: uuid.UUID
    at: datetime
    visible: bool


def called_again(contact: Contact, principal: Principal) -> list[OtherCall]:
    """The other calls of this contact's number within a day before and after it, newest first."""
    try:
        number = number_of(contact) if contact.channel == Channel.VOICE else None
        others = calls_beside(contact, number) if number else []
    except KeysAway:
        return []
    ids = [c.id for c in others]
    query = select(Contact.id).where(Contact.id.in_(ids), visible_to(principal))
    seen = set(db.session.scalars(query)) if ids else set()
    return [OtherCall(c.id, c.opened_at, c.id in seen) for c in others]
