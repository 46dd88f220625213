"""Recording is turned on by two persons, and off by one. Everybody who answers calls is told."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.accounts.notices import holders, tell
from tesa.accounts.rules.roles import Role
from tesa.core.db import db, new_id
from tesa.intake.file_models import RecordingSwitch
from tesa.intake.recording import is_on

TURNED_ON, TURNED_OFF = "intake.recording_on", "intake.recording_off"
"""The notices."""


def turn_recording(on: bool, proposer: uuid.UUID, approver: uuid.UUID | None, now: datetime) -> None:
    """Turn recording on (then `approver` is the second person) or off. Nothing happens when it is so already."""
    if on == is_on():
        return
    if on and approver is None:
        raise ValueError("recording is turned on by two persons")
    db.session.add(RecordingSwitch(id=new_id(), turned_on=on, at=now, proposed_by=proposer, approved_by=approver))
    db.session.flush()
    record(approver or proposer, "recording.change", "recording", None, now, on=on, proposer=str(proposer))
    tell(holders(Role.PSYCHOLOGIST, Role.COORDINATOR), TURNED_ON if on else TURNED_OFF, None, now)
