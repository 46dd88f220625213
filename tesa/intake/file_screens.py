"""Files of a contact as its page shows them, and their chunks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.public import emails
from tesa.core.db import db
from tesa.intake import sealing
from tesa.intake.file_models import SealedChunk, SealedFile
from tesa.intake.models import Contact
from tesa.intake.rules.files import PLAYABLE


@dataclass(frozen=True)
class FileView:
    """One file: what it is, how far it is, who has heard it. `playable`: it is here, and this person may hear it."""

    id: uuid.UUID
    kind: str
    state: str
    seconds: int
    at: datetime
    playable: bool
    heard_at: datetime | None
    heard_by: str | None


def files_shown(contact: Contact, *, heard: bool) -> Sequence[FileView]:
    """The files of a contact, oldest first; `heard`: this person may hear them."""
    files = db.session.scalars(
        select(SealedFile).where(SealedFile.contact_id == contact.id).order_by(SealedFile.created_at, SealedFile.id)
    ).all()
    address = emails({f.heard_by for f in files if f.heard_by})
    return [
        FileView(
            f.id, f.kind, f.state, f.seconds, f.created_at, heard and f.state in PLAYABLE,
            f.heard_at, address.get(f.heard_by) if f.heard_by else None,
        )
        for f in files
    ]  # fmt: skip


def chunk_of(file_id: uuid.UUID, number: int, *, last: bool) -> bytes:
    """One chunk of a file. Raises Unopenable when it is not what was sealed in its place."""
    query = select(SealedChunk.body_sealed).where(SealedChunk.file_id == file_id, SealedChunk.number == number)
    return sealing.open_chunk(file_id, number, db.session.scalar(query) or b"", last=last)
