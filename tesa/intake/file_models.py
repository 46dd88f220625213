"""Tables of files that come in (voicemail, recordings; media later), and of the switch of recording."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id


class SealedFile(Model):
    """One file of a contact: first at the provider, then here, sealed; then deleted there."""

    __tablename__ = "sealed_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"))
    kind: Mapped[str] = mapped_column(String(12))  # voicemail | recording
    state: Mapped[str] = mapped_column(String(20))  # see rules/files.py
    provider_sid: Mapped[str | None] = mapped_column(String(34), unique=True)
    reference_sealed: Mapped[bytes | None]  # its address at the provider; empty once it is deleted there
    content_type: Mapped[str] = mapped_column(String(60), default="")
    size: Mapped[int] = mapped_column(default=0)  # bytes
    chunks: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # while it is to be fetched: when, or until when somebody is fetching it
    tries: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)  # which attempt may still write
    error: Mapped[str | None] = mapped_column(String(20))
    kept_at: Mapped[datetime | None]
    deleted_there_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    heard_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    destroyed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_sealed_file_contact_id", "contact_id", "created_at"),
        Index(
            "ix_sealed_file_next_try_at",
            "next_try_at",
            sqlite_where=text("next_try_at is not null"),
            postgresql_where=text("next_try_at is not null"),
        ),
    )


class SealedChunk(Model):
    """A piece of a file. Number and end are bound into its ciphertext."""

    __tablename__ = "sealed_chunk"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_file.id"))
    number: Mapped[int]
    last: Mapped[bool]
    body_sealed: Mapped[bytes]

    __table_args__ = (Index("uq_sealed_chunk_place", "file_id", "number", unique=True),)


class RecordingSwitch(Model):
    """Each time recording was turned on or off; the newest row counts, and without a row it is off."""

    __tablename__ = "recording_switch"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    turned_on: Mapped[bool]
    at: Mapped[datetime]
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # nobody is needed to turn it off

    __table_args__ = (Index("ix_recording_switch_at", "at"),)
