"""What a person on duty is doing. Nothing else writes DutyPresence.

`mark_ringing` is the lock of the whole hotline: a compare-and-set that lets nobody be rung for two contacts.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import and_, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from tesa.core.db import db, new_id
from tesa.psychologists.models import DutyMiss, DutyPresence, DutyTalk
from tesa.psychologists.rules.presence import State


def _ensure(account_id: uuid.UUID, now: datetime) -> None:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(DutyPresence)
        .values(account_id=account_id, state=State.FREE, since=now)
        .on_conflict_do_nothing(index_elements=["account_id"])
    )


def _become(account_id: uuid.UUID, now: datetime, state: State, *conditions: object, **values: object) -> bool:
    _ensure(account_id, now)
    row = db.session.execute(
        update(DutyPresence)
        .where(DutyPresence.account_id == account_id, *conditions)  # type: ignore[arg-type]
        .values(state=state, since=now, **{"contact_id": None, "until": None, "reason": None, **values})
        .returning(DutyPresence.account_id)
        .execution_options(synchronize_session=False)
    )
    return row.one_or_none() is not None


def mark_ringing(account_id: uuid.UUID, contact_id: uuid.UUID, now: datetime) -> bool:
    """Ring her for `contact_id` if she is free; False if she is not."""
    lapsed = and_(DutyPresence.until.is_not(None), DutyPresence.until <= now)
    free = or_(DutyPresence.state == State.FREE, lapsed)
    return _become(account_id, now, State.RINGING, free, contact_id=contact_id)


def mark_free(account_id: uuid.UUID, now: datetime) -> None:
    """An offer ended without acceptance: ringing becomes free; anything else stays."""
    _become(account_id, now, State.FREE, DutyPresence.state == State.RINGING)


def mark_talking(account_id: uuid.UUID, contact_id: uuid.UUID, now: datetime) -> None:
    """She talks with `contact_id`."""
    _become(account_id, now, State.TALKING, contact_id=contact_id)
    db.session.add(DutyTalk(id=new_id(), account_id=account_id, contact_id=contact_id, started_at=now))


def mark_wrapup(account_id: uuid.UUID, now: datetime, until: datetime) -> None:
    """Her talk is over; she is free again at `until`, or earlier when she says so."""
    talking = DutyPresence.state == State.TALKING
    _become(account_id, now, State.WRAPUP, talking, until=until, talked_until=now)
    db.session.execute(
        update(DutyTalk).where(DutyTalk.account_id == account_id, DutyTalk.ended_at.is_(None)).values(ended_at=now)
    )


def finish_wrapup(account_id: uuid.UUID, now: datetime) -> None:
    """Her record is written: free again."""
    _become(account_id, now, State.FREE, DutyPresence.state == State.WRAPUP)


def note_missed_offer(account_id: uuid.UUID, now: datetime) -> None:
    """She did not take an offer in time."""
    db.session.add(DutyMiss(id=new_id(), account_id=account_id, at=now))


