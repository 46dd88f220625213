"""What the scheduler calls: once a second, the ladders of all dispatches that nobody has yet."""

from __future__ import annotations

import logging
from datetime import datetime

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.outreach.actions.advance_dispatch import advance_dispatch
from tesa.outreach.queries import due_ids, next_deadline

log = logging.getLogger(__name__)
AT_ONCE = 200  # steps before the other jobs get their turn


def advance_dispatches(now: datetime) -> datetime | None:
    """Take every step that is due at `now`, each in its own transaction; the next deadline, or None.

    A row that breaks does not keep the others waiting: it is logged and tried again at the next tick, not before.
    """
    due = due_ids(now, AT_ONCE)
    db.session.rollback()
    for dispatch_id in due:
        try:
            with transaction():
                advance_dispatch(dispatch_id, now)
        except Exception:
            log.exception("dispatch %s: its ladder could not go on", dispatch_id)
    deadline = now if len(due) == AT_ONCE else next_deadline(now)
    db.session.rollback()
    return deadline


JOBS = (("outreach.advance", advance_dispatches),)
