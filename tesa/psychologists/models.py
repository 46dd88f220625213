"""Tables of the rota and of presence.

Two rules about assignments stand in the database itself (migration 0003): a duty lasts at most 48 hours, and nobody has
two duties at once. PostgreSQL holds the second with an exclusion constraint, SQLite with triggers; both refuse with
the name DOUBLE_DUTY.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id

DOUBLE_DUTY = "ex_assignment_double_duty"


class Assignment(Model):
    """One person's duty on one line and tier, [starts_at, ends_at). Never deleted: `status` becomes cancelled."""

    __tablename__ = "assignment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    line: Mapped[str] = mapped_column(String(10))
    tier: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default="planned")
    replaces_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assignment.id"))  # given to another person
    sequence: Mapped[int] = mapped_column(default=0)  # grows with each change, as calendars want it
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # None: the command line
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("line in ('hotline', 'outreach')", name="line"),
        CheckConstraint("tier in (1, 2, 3)", name="tier"),
        CheckConstraint("status in ('planned', 'cancelled')", name="status"),
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_assignment_starts_at_ends_at", "starts_at", "ends_at"),
        Index("ix_assignment_account_id_starts_at", "account_id", "starts_at"),
    )


class DutyPresence(Model):
    """What one person is doing now. No row: nothing was ever said, so she is free when the rota has her on.

    Only the acts of this slice write it. `contact_id` is the contact she is rung for or talks with; it carries no
    foreign key because contacts live above. After `until` she counts as free again.
    """

    __tablename__ = "duty_presence"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]
    contact_id: Mapped[uuid.UUID | None]
    until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(20))
    reachable_at: Mapped[datetime | None]  # when she last showed that she can be reached: misses before it do not count
    extended: Mapped[bool] = mapped_column(default=False)  # this wrap-up has been lengthened once
    talked_until: Mapped[datetime | None]  # end of her last talk

    __table_args__ = (
        CheckConstraint("state in ('free', 'ringing', 'talking', 'wrapup', 'paused', 'off')", name="state"),
    )


class DutyOrder(Model):
    """A coordinator has ended somebody's duty. Carried out at `done_at`: while she talks it waits. Over at `ended_at`."""

    __tablename__ = "duty_order"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(20))
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_duty_order_open",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )


class DutyTalk(Model):
    """One talk of one person: from it comes how much she has talked lately. Open while `ended_at` is empty."""

    __tablename__ = "duty_talk"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    contact_id: Mapped[uuid.UUID]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_duty_talk_account_id_started_at", "account_id", "started_at"),)


class DutyMiss(Model):
    """One offer that one person did not take in time."""

    __tablename__ = "duty_miss"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    __table_args__ = (Index("ix_duty_miss_account_id_at", "account_id", "at"),)
