"""When contacts came to their end: queries of ids that retention narrows, counts and takes in batches."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, case, func, or_, select

from tesa.core.db import db
from tesa.core.vault.shredding import not_shredded_since
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import Contact, Oddity

Ids = Select[uuid.UUID]


def contacts_done_with(before: datetime, closed_cases: Ids) -> Ids:
    """Contacts finalised at or before `before` that have no case, or one of `closed_cases`, and are not destroyed yet."""
    free = or_(Contact.case_id.is_(None), Contact.case_id.in_(closed_cases))
    return select(Contact.id).where(
        Contact.state == "finalized",
        Contact.finalized_at <= before,
        free,
        not_shredded_since(Contact.id, "contact", Contact.finalized_at),
    )


def oddities_done_with(before: datetime) -> Ids:
    """Odd requests that came in at or before `before` and are not destroyed yet."""
    return select(Oddity.id).where(Oddity.at <= before, not_shredded_since(Oddity.id, "contact", Oddity.at))


def flags_done_with(before: datetime) -> Ids:
    """Flags on numbers that were over, or lifted, at or before `before` and are not destroyed yet."""
    ended = case((NumberFlag.lifted_at < NumberFlag.until, NumberFlag.lifted_at), else_=NumberFlag.until)
    return select(NumberFlag.id).where(ended <= before, not_shredded_since(NumberFlag.id, "contact", ended))


def case_of_contact(contact_id: uuid.UUID) -> uuid.UUID | None:
    """The case that a contact belongs to."""
    return db.session.scalar(select(Contact.case_id).where(Contact.id == contact_id))


def contacts_of(case_ids: Collection[uuid.UUID]) -> Ids:
    """The contacts of these cases that are not destroyed yet."""
    since = func.coalesce(Contact.finalized_at, Contact.opened_at)
    return select(Contact.id).where(
        Contact.case_id.in_(list(case_ids)), not_shredded_since(Contact.id, "contact", since)
    )
