"""Reads of continuity."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tesa.continuity.models import FallbackPlace, SelfCall
from tesa.continuity.rules.self_call import Outcome
from tesa.core.db import db

SHOWN = 14


def running_test(lock: bool = False) -> SelfCall | None:
    """The test that runs; there is one at most."""
    query = select(SelfCall).where(SelfCall.outcome == Outcome.RUNNING).execution_options(populate_existing=True)
    return db.session.scalar(query.with_for_update() if lock else query)


def self_call_by_id(test_id: uuid.UUID, lock: bool = False) -> SelfCall | None:
    """One test."""
    query = select(SelfCall).where(SelfCall.id == test_id).execution_options(populate_existing=True)
    return db.session.scalar(query.with_for_update() if lock else query)


def last_test() -> SelfCall | None:
    """The newest test, running or over."""
    return db.session.scalar(select(SelfCall).order_by(SelfCall.started_at.desc()).limit(1))


def last_tests() -> Sequence[SelfCall]:
    """The newest tests, newest first."""
    return db.session.scalars(select(SelfCall).order_by(SelfCall.started_at.desc()).limit(SHOWN)).all()


def last_ended() -> SelfCall | None:
    """The newest test that is over."""
    query = select(SelfCall).where(SelfCall.outcome != Outcome.RUNNING).order_by(SelfCall.started_at.desc())
    return db.session.scalar(query.limit(1))


def succeeded_at() -> datetime | None:
    """When the last good test began."""
    return db.session.scalar(select(func.max(SelfCall.started_at)).where(SelfCall.outcome == Outcome.SUCCEEDED))


def first_at() -> datetime | None:
    """When the first test of all began."""
    return db.session.scalar(select(func.min(SelfCall.started_at)))


def places() -> dict[str, FallbackPlace]:
    """How the export fares, by place."""
    rows = db.session.scalars(select(FallbackPlace).execution_options(populate_existing=True))
    return {row.place: row for row in rows}
