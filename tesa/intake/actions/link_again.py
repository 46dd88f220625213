"""She has called again before she was called back: the promise knows of it, and a person decides what that means.

It is not closed by itself, though her new call was answered: a number may be shared, and whoever called now need not be
whom the promise was given. Until a person has looked it stays open, with the new contact beside it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tesa.core.db import db
from tesa.core.vault import KeysAway
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.queries import number_of
from tesa.intake.rules.words import Channel


def link_again(now: datetime) -> None:
    """Put the newest later call from the same number beside every open promise.

    Candidates come from the short index of numbers; that the number is the same is seen when it is opened.
    """
    owed, later = aliased(Contact), aliased(Contact)
    rows = db.session.execute(
        select(CallBackTask, owed, later)
        .join(owed, owed.id == CallBackTask.contact_id)
        .join(later, (later.caller_index == owed.caller_index) & (later.opened_at > owed.opened_at))
        .where(
            CallBackTask.done_at.is_(None), later.channel == Channel.VOICE, later.id != owed.id, later.caller_index != 0
        )
        .order_by(later.opened_at)
    ).all()
    for task, contact, again in rows:
        if task.again_id != again.id and _same_number(contact, again):
            task.again_id = again.id
            log_event(contact.id, "called_again", now)


def _same_number(one: Contact, other: Contact) -> bool:
    try:
        number = number_of(one)
        return number is not None and number == number_of(other)
    except KeysAway:
        return False
