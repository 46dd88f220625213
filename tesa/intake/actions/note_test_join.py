"""A leg of a test of the line has come into the conference."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.log_event import log_event
from tesa.intake.queries import locked
from tesa.telephony.inbound import CallForm

TEST_JOINED = "test_joined"


def note_test_join(contact_id: uuid.UUID, form: CallForm, now: datetime) -> None:
    """Write down that the leg `form.sid` has joined the room of a test; nothing for any other contact."""
    if form.event != "participant-join" or not form.sid:
        return
    contact = locked(contact_id)
    if contact is not None and contact.test:
        log_event(contact_id, TEST_JOINED, now, detail=form.sid)
