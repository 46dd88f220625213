"""Recording of talks: off unless two persons have turned it on, and then only with the caller's consent by key."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake import addresses
from tesa.intake.file_models import RecordingSwitch
from tesa.intake.models import Contact

YES, NO, WITHDRAWN = "yes", "no", "withdrawn"


def last_switch() -> RecordingSwitch | None:
    """The last time recording was turned on or off."""
    return db.session.scalar(select(RecordingSwitch).order_by(RecordingSwitch.at.desc(), RecordingSwitch.id).limit(1))


def is_on() -> bool:
    """Is recording turned on? Whoever has not agreed is not recorded all the same."""
    switch = last_switch()
    return switch is not None and switch.turned_on


def room_recording(contact: Contact | None) -> str | None:
    """Where Twilio tells of the recording of this contact's conference; None: it is not recorded."""
    if contact is None or contact.recording_consent != YES or not is_on():
        return None
    return recorded_url(contact.id)


def recorded_url(contact_id: uuid.UUID) -> str:
    """The address to which the end of a recording is reported."""
    return addresses.of_call(contact_id, "recording")
