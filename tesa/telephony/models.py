"""Tables of the outbox: what has to be sent, written in the same transaction as the fact that caused it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id


class OutboxItem(Model):
    """One thing to be told to Twilio. Holds ids only: what is said is composed from `ref` when it is sent."""

    __tablename__ = "outbox_item"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    ref: Mapped[uuid.UUID]
    state: Mapped[str] = mapped_column(String(10), default="due")  # due sending sent skipped failed unknown
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    provider_sid: Mapped[str | None] = mapped_column(String(34))
    error_code: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (
        Index(
            "ix_outbox_item_open",
            "due_at",
            sqlite_where=text("state in ('due', 'sending')"),
            postgresql_where=text("state in ('due', 'sending')"),
        ),
        Index("ix_outbox_item_ref", "ref"),
    )


class Heartbeat(Model):
    """When each kind of process was last alive; `/readyz` and the dead-man's switch read it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
