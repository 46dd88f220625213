"""Tables of retention. They neither query nor commit; nothing in them is sealed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id

IN_FORCE = text("lifted_at is null")


class RetentionRule(Model):
    """How long a thing is kept, where that was changed. No row: the default of rules/keeping.py."""

    __tablename__ = "retention_rule"

    thing: Mapped[str] = mapped_column(String(12), primary_key=True)
    days: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (CheckConstraint("days > 0", name="days"),)


class LegalHold(Model):
    """Nothing of a case is destroyed while this is in force: not lifted, and `until` (None: open) not over."""

    __tablename__ = "legal_hold"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    reason: Mapped[str] = mapped_column(String(20))
    set_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        Index("uq_legal_hold_case_in_force", "case_id", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
    )


class Restoration(Model):
    """The database was put back from a backup. Written with the rows; `finished_at` once the audit trail says so."""

    __tablename__ = "restoration"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    begun_at: Mapped[datetime]
    backup_made_at: Mapped[datetime]
    backup_seq: Mapped[int] = mapped_column(BigInteger)  # head of the audit trail in the backup
    backup_mac: Mapped[str] = mapped_column(String(64))
    replaced_seq: Mapped[int] = mapped_column(BigInteger)  # head of the trail that was replaced; 0: there was none
    replaced_mac: Mapped[str] = mapped_column(String(64))
    without_tombstones: Mapped[str | None] = mapped_column(String(200))  # the reason given, if they were left out
    finished_at: Mapped[datetime | None]
