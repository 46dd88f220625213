"""What intake does when something changes below it: told by an event, after the commit of whoever changed it."""

from __future__ import annotations

import uuid

from sqlalchemy import or_, select

from tesa.cases.events import ExclusionChanged
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.intake.actions.keep_away import follow_exclusion
from tesa.intake.callers import is_from
from tesa.intake.models import Contact
from tesa.intake.rules.words import ContactState


def follow_to_contacts(event: ExclusionChanged) -> None:
    """Take over what holds for a person to her contacts that are not put on record.

    Called after the commit of the act, with transactions of its own: contacts are locked before cases. Should it not
    come to that, nobody rings her all the same: `wishes.never_for` asks her person.
    """
    contact_ids = _contacts_of(event)
    db.session.rollback()
    for contact_id in contact_ids:
        with transaction():
            follow_exclusion(contact_id, event)


def _contacts_of(event: ExclusionChanged) -> list[uuid.UUID]:
    """Open ones when somebody is excluded; all when she is not any more, since later calls look at earlier contacts."""
    indexes = [index for number in event.numbers for index in vault.blind_indexes("number", number)]
    query = select(Contact).where(or_(Contact.case_id.in_(event.case_ids), Contact.caller_index.in_(indexes)))
    if event.reason is not None:
        query = query.where(Contact.state != ContactState.FINALIZED)
    return [
        contact.id
        for contact in db.session.scalars(query.order_by(Contact.opened_at, Contact.id))
        if contact.case_id in event.case_ids or any(is_from(contact, number) for number in event.numbers)
    ]
