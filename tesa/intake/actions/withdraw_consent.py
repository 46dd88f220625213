"""She does not want to be recorded after all: recording stops, and what was recorded is destroyed."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.core.errors import Conflict
from tesa.intake.actions.destroy_file import destroy_file, files_of
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.intake.queries import call_of
from tesa.intake.recording import WITHDRAWN, YES
from tesa.intake.rules.files import FileKind
from tesa.telephony.outbox import enqueue

STOP_RECORDING = "intake.stop_recording"
WHY = "withdrawn"


def withdraw_consent(contact: Contact, by: uuid.UUID, now: datetime) -> None:
    """Withdraw the consent of `contact` (locked). Raises Conflict unless she had agreed.

    What is still on its way from the provider is destroyed when it is reported.
    """
    if contact.recording_consent != YES:
        raise Conflict(_("Kontak ini tidak direkam."))
    contact.recording_consent, contact.recording_consent_at = WITHDRAWN, now
    call = call_of(contact.id)
    if call is not None and call.ended_at is None and call.room_sid is not None:
        enqueue(STOP_RECORDING, contact.id, now)
    keys = sum(destroy_file(f, WHY, now) for f in files_of(contact.id) if f.kind == FileKind.RECORDING)
    log_event(contact.id, "recording_destroyed", now, by)
    if keys:
        record(
            by, "key.shredded", "contact", contact.id, now, case_id=contact.case_id, klass="contact", why=WHY, keys=keys
        )
