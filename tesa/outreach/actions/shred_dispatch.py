"""Destroy the words of a dispatch: the place, what was known, what to beware of."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.vault.shredding import rested, shred
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.queries import locked
from tesa.outreach.rules.lifecycle import OPEN


def shred_dispatch(dispatch_id: uuid.UUID, why: str, by: uuid.UUID | None, now: datetime) -> None:
    """Destroy the three sealed texts; times, priority and district stay. `by` None: the rule did it, `why` is a code.

    Raises NotFound, or RuleBroken while the dispatch is under way.
    """
    dispatch = locked(dispatch_id)
    if dispatch is None:
        raise NotFound
    if dispatch.state in OPEN or not rested(dispatch.closed_at or now, now):
        raise RuleBroken(_("Masih ada penjangkauan yang belum ditutup."))
    keys = shred(dispatch.id, "dispatch", why, now)
    log_event(dispatch, "shredded", now, By(by))
    record(
        by, "key.shredded", "dispatch", dispatch.id, now,
        case_id=dispatch.case_id, klass="dispatch", why=why, keys=keys,
    )  # fmt: skip
