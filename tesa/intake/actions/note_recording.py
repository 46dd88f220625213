"""A talk was recorded: the file is to be fetched, or destroyed where she has not (or no longer) agreed."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.destroy_file import destroy_file
from tesa.intake.actions.expect_file import expect_file
from tesa.intake.actions.withdraw_consent import WHY
from tesa.intake.queries import locked
from tesa.intake.recording import YES
from tesa.intake.rules.files import FileKind
from tesa.telephony.inbound import CallForm

SMALL = ".mp3"  # an hour of speech is a seventh of what it is otherwise


def note_recording(contact_id: uuid.UUID, form: CallForm, now: datetime) -> None:
    """Twilio's report; it may come twice."""
    contact = locked(contact_id)
    if contact is None or form.recording_status != "completed" or not (form.recording_sid and form.recording_url):
        return
    file = expect_file(
        contact, FileKind.RECORDING, form.recording_sid, form.recording_url + SMALL, form.recording_seconds, now
    )
    if contact.recording_consent != YES:
        destroy_file(file, WHY, now)
