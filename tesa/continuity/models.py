"""Tables of continuity. They neither query nor commit; nothing in them is sealed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id

RUNNING = text("outcome = 'running'")


class FallbackPlace(Model):
    """One place to which the document is exported: how that fares. `due_at` in the past: do it now."""

    __tablename__ = "fallback_place"

    place: Mapped[str] = mapped_column(String(10), primary_key=True)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]  # the last time that all of it was there
    changed_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(String(64))  # of the document that is there, SHA-256
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (CheckConstraint("place in ('directory', 'bucket')", name="place"),)


class SelfCall(Model):
    """The line has called itself once. Each step stands with the time at which it was seen."""

    __tablename__ = "self_call"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cause: Mapped[str] = mapped_column(String(10))  # daily | page | command
    started_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10), default="running")
    call_sid: Mapped[str | None] = mapped_column(String(34))  # the leg that we start
    contact_id: Mapped[uuid.UUID | None]
    placed_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    rung_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    failed_step: Mapped[str | None] = mapped_column(String(10))
    error: Mapped[str] = mapped_column(String(30), default="")

    __table_args__ = (
        CheckConstraint("cause in ('daily', 'page', 'command')", name="cause"),
        CheckConstraint("outcome in ('running', 'succeeded', 'failed')", name="outcome"),
        Index("uq_self_call_running", "outcome", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_self_call_started_at", "started_at"),
    )
