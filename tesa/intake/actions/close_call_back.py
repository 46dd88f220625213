"""A promise to call back is kept, or could not be kept: by a person, with an outcome and a reason. Never by silence."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import RuleBroken
from tesa.intake import sealing
from tesa.intake.actions.climb_promise import end_promise_offers
from tesa.intake.actions.count_try import count_try
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.rules.promises import TELL_AFTER_TRIES
from tesa.intake.rules.words import ContactState

OUTCOMES = ("reached", "not_reached", "not_safe", "called_again", "refused", "given_up")


def close_call_back(
    task: CallBackTask, contact: Contact, outcome: str, reason: str, actor_id: uuid.UUID, now: datetime
) -> None:
    """Close `task` of `contact` (locked), or, when she was not reached, set the next try.

    Raises RuleBroken without a listed outcome and a reason, while she is on the line, and when somebody wants to give
    up before she was tried often enough.
    """
    if outcome not in OUTCOMES:
        raise RuleBroken(_("Pilih hasil panggilan kembali."))
    if len(reason.strip()) < 3:
        raise RuleBroken(_("Tuliskan alasannya dengan singkat."))
    if task.done_at is not None:
        return
    if contact.state == ContactState.IN_PROGRESS:
        raise RuleBroken(_("Percakapan masih berlangsung."))
    if outcome == "given_up" and task.tries < TELL_AFTER_TRIES:
        raise RuleBroken(_("Cobalah sedikitnya tiga kali sebelum berhenti mencoba."))
    task.reason_sealed = sealing.seal_task(contact.id, task.id, "reason", reason.strip())
    if outcome == "not_reached":
        count_try(task, contact, actor_id, now)
        return
    task.done_at, task.done_by, task.outcome, task.next_step_at = now, actor_id, outcome, None
    end_promise_offers(contact.id, actor_id, now)
    if contact.state == ContactState.CALL_BACK:
        contact.state = ContactState.TO_RECORD
        contact.psychologist_id = contact.psychologist_id or actor_id
    log_event(contact.id, "call_back_closed", now, actor_id, detail=outcome)
