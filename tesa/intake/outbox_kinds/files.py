"""Files at the provider are deleted there once they are here; what is being recorded is stopped."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.core.db import db
from tesa.intake.actions.destroy_file import DELETE_THERE
from tesa.intake.actions.withdraw_consent import STOP_RECORDING
from tesa.intake.file_models import SealedFile
from tesa.intake.outbox_kinds.phones import nothing_more
from tesa.intake.queries import call_of
from tesa.intake.rules.files import FileState
from tesa.telephony.gateway import DeleteRecording, Request, StopRecording
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

ASK_AGAIN = timedelta(hours=1)
GONE_HERE = (FileState.KEPT, FileState.DESTROYED)


def _compose_delete(ref: uuid.UUID, _now: datetime) -> Request | None:
    file = db.session.get(SealedFile, ref)
    if file is None or file.provider_sid is None or file.deleted_there_at is not None or file.state not in GONE_HERE:
        return None
    return DeleteRecording(file.provider_sid)


def _settle_delete(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Asked for until the provider says that it is done."""
    file = db.session.get(SealedFile, ref, with_for_update=True, populate_existing=True)
    if file is None:
        return
    if outcome.state != "sent":
        enqueue(DELETE_THERE, ref, now, now + ASK_AGAIN)
        return
    file.deleted_there_at, file.reference_sealed = now, None
    if file.state == FileState.KEPT:
        file.state = FileState.DELETED_AT_PROVIDER


def _compose_stop(ref: uuid.UUID, _now: datetime) -> Request | None:
    call = call_of(ref)
    return StopRecording(call.room_sid) if call is not None and call.room_sid is not None else None


KINDS = (
    Kind(DELETE_THERE, _compose_delete, _settle_delete, Promise.CONTROL),
    Kind(STOP_RECORDING, _compose_stop, nothing_more, Promise.CONTROL),
)
