"""A file is destroyed for good: its key, its chunks, and the provider's copy."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, select

from tesa.core.db import db
from tesa.core.vault.shredding import shred
from tesa.intake.file_models import SealedChunk, SealedFile
from tesa.intake.rules.files import FileState
from tesa.telephony.outbox import enqueue

DELETE_THERE = "intake.delete_file"


def destroy_file(file: SealedFile, why: str, now: datetime) -> int:
    """Destroy `file` (locked); how many keys went. Whoever calls writes the audit entry. Twice does no harm.

    An attempt to fetch it that is under way can write nothing more.
    """
    if file.state == FileState.DESTROYED:
        return 0
    file.state, file.destroyed_at, file.next_try_at = FileState.DESTROYED, now, None
    file.fence += 1
    keys = shred(file.id, "contact", why, now)
    db.session.execute(delete(SealedChunk).where(SealedChunk.file_id == file.id))
    if file.deleted_there_at is None and file.provider_sid is not None:
        enqueue(DELETE_THERE, file.id, now)
    return keys


def files_of(contact_id: uuid.UUID) -> list[SealedFile]:
    """The files of a contact, oldest first, locked."""
    query = select(SealedFile).where(SealedFile.contact_id == contact_id).order_by(SealedFile.created_at)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))
