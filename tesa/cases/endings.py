"""When cases and persons came to their end, as queries of ids that others may narrow and count: retention asks."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select

from tesa.cases.models import Case, NoteDraft
from tesa.cases.queries import locked
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.core.db import db
from tesa.core.vault.shredding import not_shredded_since

Ids = Select[tuple[uuid.UUID]]


def cases_closed_before(before: datetime, without: Collection[uuid.UUID] = ()) -> Ids:
    """Cases that are closed, and were before `before`, but for those in `without`."""
    return select(Case.id).where(*_closed(before), Case.id.not_in(without))


def cases_with_notes(before: datetime, without: Collection[uuid.UUID]) -> Ids:
    """The same, those whose notes have not been destroyed since they were closed."""
    return cases_closed_before(before, without).where(not_shredded_since(Case.id, "note", Case.closed_at))


def people_done_with(before: datetime, without: Collection[uuid.UUID]) -> Ids:
    """Persons whose last case was closed before `before`, unless one of their cases is in `without`; those whose words
    have not been destroyed since.
    """
    last = func.max(Case.closed_at)
    done = select(Case.person_id).group_by(Case.person_id).having(last <= before, func.count() == func.count(Case.closed_at))
    held = exists(_of_her(Case.id.in_(without)))
    open_one = exists(_of_her(Case.status != CaseStatus.CLOSED))
    theirs = select(func.max(Case.closed_at)).where(Case.person_id == PERSON.c.id).scalar_subquery()
    return select(PERSON.c.id).where(
        PERSON.c.id.in_(done), ~held, ~open_one, not_shredded_since(PERSON.c.id, "contact", theirs)
    )
