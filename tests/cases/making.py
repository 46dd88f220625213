"""Builders of cases."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.accounts.public import StaffMember
from tesa.cases.actions.open_case import open_case
from tesa.cases.models import Case, CaseEvent
from tesa.core.db import db
from tesa.core.transactions import transaction

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday, 10.00 in Bekasi
NUMBER = "+6281200000017"
NAME = "Nama Rahasia"


def make_case(
    owner: StaffMember,
    number: str | None = NUMBER,
    name: str = NAME,
    alias: str = "",
    risk: str | None = None,
    person_id: uuid.UUID | None = None,
    now: datetime = NOW,
) -> uuid.UUID:
    """A case that `owner` has opened for a new person, or for `person_id`."""
    with transaction():
        return open_case(person_id, name, number, None, owner.id, risk, now, alias=alias)


def case_of(case_id: uuid.UUID) -> Case:
    """The row as the database has it."""
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def events_of(case_id: uuid.UUID) -> list[str]:
    """The codes of a case's timeline, in order."""
    return list(
        db.session.scalars(select(CaseEvent.code).where(CaseEvent.case_id == case_id).order_by(CaseEvent.number))
    )


def audited(act: str) -> list[AuditEntry]:
    """The entries of the audit trail for `act`, in order."""
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.seq)))
