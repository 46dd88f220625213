"""A promise to call back is kept, or could not be kept: by a person, with an outcome and a reason. Never by silence."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import RuleBroken
from tesa.intake import sealing
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.rules.words import ContactState

OUTCOMES = ("reached", "not_reached", "not_safe", "called_again", "refused")


def close_call_back(
    task: CallBackTask, contact: Contact, outcome: str, reason: str, actor_id: uuid.UUID, now: datetime
) -> None:
    """Close `task` of `contact` (locked). Raises RuleBroken without a listed outcome and a reason."""
    if outcome not in OUTCOMES:
        raise RuleBroken(_("Pilih hasil panggilan kembali."))
    if len(reason.strip()) < 3:
        raise RuleBroken(_("Tuliskan alasannya dengan singkat."))
    if task.done_at is not None:
        return
    task.done_at, task.done_by, task.outcome = now, actor_id, outcome
    task.reason_sealed = sealing.seal_task(contact.id, task.id, "reason", reason.strip())
    if contact.state == ContactState.CALL_BACK:
        contact.state = ContactState.TO_RECORD
        contact.psychologist_id = contact.psychologist_id or actor_id
    log_event(contact.id, "call_back_closed", now, actor_id, detail=outcome)
