"""Somebody is owed a call back: the task that keeps the promise."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db, new_id
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.rules.promises import FIRST_TRY_WITHIN


def make_promise(contact: Contact, cause: str, now: datetime) -> CallBackTask:
    """The open call-back task of `contact` (locked): a new one, the one there is, or the closed one opened again.

    `cause`: hung_up, asked or message. Its ladder starts at once.
    """
    task = promise_of(contact)
    if task is None:
        task = CallBackTask(id=new_id(), contact_id=contact.id, cause=cause, created_at=now, due_at=now, tries=0)
        db.session.add(task)
    elif task.done_at is None:
        return task
    task.cause, task.created_at, task.due_at = cause, now, now + FIRST_TRY_WITHIN
    task.step, task.ladder_from, task.next_step_at, task.tries = 0, None, now, 0
    task.done_at, task.done_by, task.outcome, task.reason_sealed = None, None, None, None
    db.session.flush()
    return task


def promise_of(contact: Contact) -> CallBackTask | None:
    """The call-back task of a contact, open or closed."""
    return db.session.scalar(
        select(CallBackTask).where(CallBackTask.contact_id == contact.id).execution_options(populate_existing=True)
    )
