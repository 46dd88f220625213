"""Who came into and left a conference. With the legs' own callbacks this says who ended a talk; either may be lost."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.end_talk import end_talk
from tesa.intake.queries import call_of, locked
from tesa.telephony.inbound import CallForm


def note_room_event(contact_id: uuid.UUID, form: CallForm, now: datetime) -> None:
    """The first participant to leave a conference in which both were has ended the talk."""
    if form.event not in ("participant-leave", "conference-end"):
        return
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None or call.joined_at is None:
        return
    label = form.label or ""
    ended_by = "caller" if label == "klien" else "psychologist" if label.startswith("konselor-") else "system"
    end_talk(contact, ended_by, now)
