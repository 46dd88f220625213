"""She could not be reached: the try is counted and the next one set, within her hours."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.accounts.notices import holders, tell
from tesa.accounts.rules.roles import Role
from tesa.core.vault import KeysAway
from tesa.intake.actions.climb_promise import MANY_TRIES
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.reaching import hours_for
from tesa.intake.rules import promises
from tesa.telephony.inbound import settings

ONE_TRY = timedelta(minutes=10)
"""What TeSA has counted itself and somebody then writes down is one try."""


def count_try(task: CallBackTask, contact: Contact, actor_id: uuid.UUID | None, now: datetime) -> None:
    """Count a try that did not reach the caller of `contact` (locked). From the third one on coordinators are told."""
    if actor_id is not None and task.last_try_at is not None and now - task.last_try_at < ONE_TRY:
        return
    task.tries, task.last_try_at = task.tries + 1, now
    try:
        again = promises.try_again_at(task.tries, now, hours_for(contact), settings().time_zone)
    except KeysAway:  # asked again when somebody calls
        again = now + promises.TRY_AGAIN_AFTER[0]
    when = again or now + promises.TRY_AGAIN_AFTER[-1]
    task.due_at, task.ladder_from, task.next_step_at, task.step = when, when, when, 0
    log_event(contact.id, "not_reached", now, actor_id, detail=str(task.tries))
    if task.tries >= promises.TELL_AFTER_TRIES or again is None:
        tell(holders(Role.COORDINATOR), MANY_TRIES, contact.id, now)
