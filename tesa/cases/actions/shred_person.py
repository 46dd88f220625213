"""Destroy who somebody was: name, alias, numbers and safe-contact words. Codes for statistics stay."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete

from tesa.accounts.audit import record
from tesa.cases.models import CaseExclusion, PersonNumber
from tesa.cases.queries import locked_person
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.vault.shredding import shred


def shred_person(
    person_id: uuid.UUID, why: str, by: uuid.UUID | None, now: datetime, case_id: uuid.UUID | None = None
) -> None:
    """Destroy what is known of the person, her numbers with their index, and who was kept away from her; `by` None: the rule did it.

    `case_id` is the case with which she goes, for the trail. Raises NotFound.
    """
    if locked_person(person_id) is None:
        raise NotFound
    keys = shred(person_id, "contact", why, now)
    forget_numbers([person_id])
    db.session.execute(delete(CaseExclusion).where(CaseExclusion.person_id == person_id))
    record(by, "key.shredded", "person", person_id, now, case_id=case_id, klass="contact", why=why, keys=keys)


def forget_numbers(person_ids: Collection[uuid.UUID]) -> None:
    """Delete the numbers of these persons: their index would still say who had called from where."""
    db.session.execute(delete(PersonNumber).where(PersonNumber.person_id.in_(list(person_ids))))
