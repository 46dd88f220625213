"""Tables of keys. Nothing in them is of use without the key-encryption key."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String
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

    __table_args__ = (Index("ix_data_key_owner", "owner", "klass", "version"),)


class TombstoneRow(Model):
    """What an owner had sealed in a class until then was destroyed. The file `tombstones.jsonl` repeats it elsewhere."""

    __tablename__ = "tombstone"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    owner: Mapped[uuid.UUID]
    klass: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(20))
    shredded_at: Mapped[datetime]

    __table_args__ = (Index("ix_tombstone_owner", "owner", "klass", "shredded_at"),)
