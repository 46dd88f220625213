"""The compare-and-set on which all acts of presence stand: nobody is moved out of a state she is not in."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tesa.core.db import db
from tesa.psychologists.models import DutyPresence
from tesa.psychologists.rules.presence import State

NOTHING_MORE: dict[str, Any] = {"contact_id": None, "until": None, "reason": None}


def change_presence(
    account_id: uuid.UUID, come_from: Collection[State], become: State, now: datetime, **values: Any
) -> bool:
    """Move a person to `become` if her state at `now` is one of `come_from`; did it happen?

    A state that has run out counts as free (see rules/presence.py). `values` are further columns; `contact_id`,
    `until` and `reason` are emptied unless given.
    """
    ensure_presence([account_id], now)
    moved = db.session.execute(
        update(DutyPresence)
        .where(DutyPresence.account_id == account_id, is_in(come_from, now))
        .values(state=become, since=now, **(NOTHING_MORE | values))
        .returning(DutyPresence.account_id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def is_in(states: Collection[State], now: datetime) -> ColumnElement[bool]:
    """The SQL twin of rules.presence.effective: is the state at `now` one of `states`?"""
    lapsed = and_(DutyPresence.until.is_not(None), DutyPresence.until <= now)
    standing = and_(DutyPresence.state.in_(states), or_(DutyPresence.until.is_(None), DutyPresence.until > now))
    return or_(lapsed, standing) if State.FREE in states else standing


def ensure_presence(account_ids: Collection[uuid.UUID], now: datetime) -> None:
    """Give each of these people a row, free, unless she has one. Whoever is put on the rota gets hers then, so that
    two who ring at once meet an existing row and need not wait for each other.
    """
    known = set(db.session.scalars(select(DutyPresence.account_id).where(DutyPresence.account_id.in_(account_ids))))
    missing = sorted(set(account_ids) - known)
    if not missing:
        return
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    db.session.execute(
        dialect.insert(DutyPresence).on_conflict_do_nothing(index_elements=["account_id"]),
        [{"account_id": account_id, "state": State.FREE, "since": now} for account_id in missing],
    )
