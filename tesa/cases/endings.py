"""When cases and persons came to their end: queries of ids that retention narrows, counts and takes in batches."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select

from tesa.cases.models import Case, Person
from tesa.cases.queries import locked
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.core.db import db
from tesa.core.vault.shredding import not_shredded_since

Ids = Select[uuid.UUID]


def closed_cases(before: datetime, without: Collection[uuid.UUID]) -> Ids:
    """Cases that were closed at or before `before`, but for those in `without`."""
    return select(Case.id).where(
        Case.status == CaseStatus.CLOSED, Case.closed_at <= before, Case.id.not_in(list(without))
    )


def cases_with_notes(before: datetime, without: Collection[uuid.UUID]) -> Ids:
    """The same, those whose notes have not been destroyed since they were closed."""
    return closed_cases(before, without).where(not_shredded_since(Case.id, "note", Case.closed_at))


def people_done_with(before: datetime, without: Collection[uuid.UUID]) -> Ids:
    """Persons whose last case was closed at or before `before` and none of whose cases is in `without`; those whose
    words have not been destroyed since.
    """
    hers = select(Case.id).where(Case.person_id == Person.id)
    keeps = or_(Case.closed_at.is_(None), Case.closed_at > before, Case.id.in_(list(without)))
    last = select(func.max(Case.closed_at)).where(Case.person_id == Person.id).scalar_subquery()
    return select(Person.id).where(
        exists(hers), ~exists(hers.where(keeps)), not_shredded_since(Person.id, "contact", last)
    )


def cases_of_person(person_id: uuid.UUID) -> list[uuid.UUID]:
    """All her cases."""
    return list(db.session.scalars(select(Case.id).where(Case.person_id == person_id)))


def hold_still(case_id: uuid.UUID) -> bool:
    """Lock the case and its person until the transaction ends, so that no act changes its state; False: there is none."""
    return locked(case_id) is not None


def person_of(case_id: uuid.UUID) -> uuid.UUID | None:
    """The person of a case."""
    return db.session.scalar(select(Case.person_id).where(Case.id == case_id))


def others_kept(case_id: uuid.UUID) -> bool:
    """Has the person of this case another one whose notes are still there?"""
    of_her = select(Case.person_id).where(Case.id == case_id).scalar_subquery()
    kept = not_shredded_since(Case.id, "note", func.coalesce(Case.closed_at, Case.last_event_at))
    other = select(Case.id).where(Case.person_id == of_her, Case.id != case_id, kept)
    return db.session.scalar(other.limit(1)) is not None


def numbers_of_cases(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """How people call these cases."""
    rows = db.session.execute(select(Case.id, Case.number).where(Case.id.in_(list(case_ids))))
    return {row.id: row.number for row in rows}
