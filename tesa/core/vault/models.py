"""Tables of keys. Nothing in them is of use without the key-encryption key."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model


class PurposeKey(Model):
    """A wrapped key with one purpose: blind-index, audit, pepper, intake (then `public` is its public half)."""

    __tablename__ = "purpose_key"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kek_id: Mapped[str] = mapped_column(String(255))
    wrapped: Mapped[bytes]
    public: Mapped[bytes | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class DataKeyRow(Model):
    """A wrapped data key of one owner and class. Shredded: the wrapped key is gone, the row says when.

    An owner may have several keys of one class and version: two processes that seal its first fields at the same
    moment each make one, and every ciphertext names its own. New ciphertexts take the newest.
    """

    __tablename__ = "data_key"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    owner: Mapped[uuid.UUID]
    klass: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    wrap_kind: Mapped[str] = mapped_column(String(8))
    wrapped_under: Mapped[str] = mapped_column(String(255))
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]
    shredded_at: Mapped[datetime | None]
    renewed_at: Mapped[datetime | None]  # when a rotation made it; `created_at` is then as old as what it seals

    __table_args__ = (Index("ix_data_key_owner", "owner", "klass", "version"),)


class KeyRotation(Model):
    """One rotation of one kind of key (kek, data, index, intake), how far it has come, and what became of the old."""

    __tablename__ = "key_rotation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(255))  # what was in use before
    target: Mapped[str | None] = mapped_column(String(255))  # what is in use since
    started_at: Mapped[datetime]
    unit: Mapped[str | None] = mapped_column(String(80))  # the table and column the pass has come to
    after: Mapped[uuid.UUID | None]  # the last row that was looked at there
    turned: Mapped[int]  # rows made anew, all passes together
    missed: Mapped[int]  # rows of this pass that somebody else held
    pass_began_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]  # from then on nobody uses the old key; a pass that begins later is the last
    finished_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_key_rotation_open",
            "kind",
            unique=True,
            sqlite_where=text("finished_at is null"),
            postgresql_where=text("finished_at is null"),
        ),
    )


class TombstoneRow(Model):
    """What an owner had sealed in a class until then was destroyed. The file `tombstones.jsonl` repeats it elsewhere."""

    __tablename__ = "tombstone"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    owner: Mapped[uuid.UUID]
    klass: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(20))
    shredded_at: Mapped[datetime]

    __table_args__ = (Index("ix_tombstone_owner", "owner", "klass", "shredded_at"),)
