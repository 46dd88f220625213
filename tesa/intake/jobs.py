"""What the worker calls every second: contacts whose deadline has passed."""

from __future__ import annotations

import logging
from datetime import datetime

from tesa.core import failpoints
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.intake.actions.catch_up import catch_up, put_off_contacts
from tesa.intake.actions.climb_promise import climb_promise, due_promises
from tesa.intake.actions.link_again import link_again
from tesa.intake.actions.take_step import take_step
from tesa.intake.fetching import fetcher
from tesa.intake.queries import due_contacts, next_deadline

log = logging.getLogger(__name__)


def advance_contacts(now: datetime) -> datetime | None:
    """Do every due step, each in a transaction of its own; gives the next deadline, or None.

    A step that fails is logged and tried again at the next tick; it does not hold up the others.
    """
    due = due_contacts(now)
    db.session.rollback()
    for contact_id in due:
        try:
            with transaction():
                take_step(contact_id, now)
                failpoints.reach("tick-before-commit")
            failpoints.reach("tick-after-commit")
        except Exception:
            log.exception("contact %s: a due step failed", contact_id)
    soonest = next_deadline()
    db.session.rollback()
    return soonest


def catch_up_contacts(now: datetime) -> datetime | None:
    """Make whole what came in while the key provider was away; nothing happens while it still is."""
    waiting = put_off_contacts()
    db.session.rollback()
    for contact_id in waiting:
        try:
            with transaction():
                catch_up(contact_id, now)
        except KeysAway:
            break
        except Exception:
            log.exception("contact %s: it cannot be made whole", contact_id)
    return None


def advance_promises(now: datetime) -> datetime | None:
    """Every due rung of a promise to call back, each in a transaction of its own; before that, who has called again."""
    due = due_promises(now)
    db.session.rollback()
    if due:
        with transaction():
            link_again(now)
    for task_id in due:
        try:
            with transaction():
                climb_promise(task_id, now)
        except Exception:
            log.exception("promise %s: a due rung failed", task_id)
    return None


def fetch_files(now: datetime) -> datetime | None:
    """Files that lie at the provider are fetched, on threads of their own."""
    fetcher().fetch_due(now)
    return None


JOBS = (
    ("intake.advance", advance_contacts),
    ("intake.catch_up", catch_up_contacts),
    ("intake.promises", advance_promises),
    ("intake.files", fetch_files),
)
