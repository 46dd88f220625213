"""A file of a contact lies at the provider: from now on it is to be fetched, sealed, and deleted there."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db, new_id
from tesa.intake import sealing
from tesa.intake.actions.log_event import log_event
from tesa.intake.file_models import SealedFile
from tesa.intake.models import Contact
from tesa.intake.rules.files import FileKind, FileState


def expect_file(contact: Contact, kind: FileKind, sid: str, url: str, seconds: int, now: datetime) -> SealedFile:
    """The file with this provider's SID, made now unless a report has made it before. `contact` is locked.

    A second report may bring the length; it never makes a second file.
    """
    file = db.session.scalar(select(SealedFile).where(SealedFile.provider_sid == sid))
    if file is not None:
        file.seconds = file.seconds or seconds
        if file.state == FileState.FETCHING and file.next_try_at is not None and file.tries == 0:
            file.next_try_at = min(file.next_try_at, now)
        return file
    file_id = new_id()
    file = SealedFile(
        id=file_id,
        contact_id=contact.id,
        kind=kind,
        state=FileState.FETCHING,
        provider_sid=sid,
        reference_sealed=sealing.seal_reference(file_id, url),
        seconds=seconds,
        created_at=now,
        next_try_at=now,
    )
    db.session.add(file)
    db.session.flush()
    log_event(contact.id, f"{kind}_left", now)
    return file


def file_of(contact_id: uuid.UUID, file_id: uuid.UUID) -> SealedFile | None:
    """The file if it belongs to this contact."""
    return db.session.scalar(
        select(SealedFile)
        .where(SealedFile.id == file_id, SealedFile.contact_id == contact_id)
        .execution_options(populate_existing=True)
    )
