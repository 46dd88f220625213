"""What the tests of presence share: doing an act as one request would, and reading what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.psychologists.models import DutyPresence
from tesa.psychologists.public import OnDuty, on_duty
from tests.support.people import make_shift, make_staff

Result = TypeVar("Result")


def do(act: Callable[..., Result], *arguments: object) -> Result:
    """Do `act` in a transaction of its own, at the clock's time (handed over last unless an argument is a time)."""
    timed = any(isinstance(a, datetime) for a in arguments)
    with transaction():
        return act(*arguments) if timed else act(*arguments, clock.now())


def make_on_duty(tier: int = 1, **facts: str) -> uuid.UUID:
    """A psychologist on duty since an hour."""
    account_id = make_staff("psychologist", **facts).id  # type: ignore[arg-type]
    make_shift(account_id, tier)
    return account_id


def duty_of(account_id: uuid.UUID) -> OnDuty:
    """How the rota sees her at the clock's time."""
    (duty,) = [d for d in on_duty("hotline", clock.now()) if d.account_id == account_id]
    db.session.rollback()
    return duty


def state_of(account_id: uuid.UUID) -> str:
    """Her state at the clock's time."""
    return duty_of(account_id).state


def row_of(account_id: uuid.UUID) -> DutyPresence:
    """What is written down about her."""
    db.session.rollback()
    row = db.session.get(DutyPresence, account_id, populate_existing=True)
    assert row is not None
    return row
