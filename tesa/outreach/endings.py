"""When dispatches came to their end: queries of ids that retention narrows, counts and takes in batches."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from tesa.core.db import db
from tesa.core.vault.shredding import not_shredded_since
from tesa.outreach.models import Dispatch
from tesa.outreach.rules.lifecycle import OPEN

Ids = Select[uuid.UUID]


def dispatches_done_with(before: datetime, closed_cases: Ids) -> Ids:
    """Dispatches that ended at or before `before` and have no case, or one of `closed_cases`, not destroyed yet."""
    free = or_(Dispatch.case_id.is_(None), Dispatch.case_id.in_(closed_cases))
    return select(Dispatch.id).where(
        Dispatch.state.not_in(OPEN),
        Dispatch.closed_at <= before,
        free,
        not_shredded_since(Dispatch.id, "dispatch", Dispatch.closed_at),
    )


def case_of_dispatch(dispatch_id: uuid.UUID) -> uuid.UUID | None:
    """The case that a dispatch belongs to."""
    return db.session.scalar(select(Dispatch.case_id).where(Dispatch.id == dispatch_id))


def dispatches_of(case_ids: Collection[uuid.UUID]) -> Ids:
    """The dispatches of these cases that are not destroyed yet."""
    since = func.coalesce(Dispatch.closed_at, Dispatch.requested_at)
    return select(Dispatch.id).where(
        Dispatch.case_id.in_(list(case_ids)), not_shredded_since(Dispatch.id, "dispatch", since)
    )
