"""Reads shaped for the pages of accounts."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, and_, select

from tesa.accounts.models import Account, AuditEntry, StaffSession
from tesa.accounts.rules.addresses import normalised_email
from tesa.accounts.rules.idle import LONGEST_IDLE, idle_limit
from tesa.core.db import db


def account_of(email: str) -> Account | None:
    """The active account with this address."""
    if not email.isprintable():
        return None  # PostgreSQL knows no text with a NUL in it
    return db.session.scalar(select(Account).where(Account.email == normalised_email(email), Account.active))


def enrolled() -> set[uuid.UUID]:
    """Those who have a password."""
    return set(db.session.scalars(select(Account.id).where(Account.password_hash.is_not(None))))


def is_living(now: datetime) -> ColumnElement[bool]:
    """The sessions in which something may still be done: not ended, not too old, not idle for ever. See `lasts`."""
    return and_(StaffSession.ended_at.is_(None), StaffSession.ends_at > now, StaffSession.seen_at > now - LONGEST_IDLE)


def lasts(session: StaffSession, now: datetime) -> bool:
    """Has a session that `is_living` been used lately enough for its device, and for what its owner is doing?"""
    idle = now - session.seen_at
    if idle < idle_limit(session.shared, in_call=False):
        return True
    return idle < idle_limit(session.shared, in_call=True) and in_call(session.account_id)


def in_call(account_id: uuid.UUID) -> bool:
    """Is she being rung, talking, or writing up a call? Asked of whoever knows (tesa/app.py)."""
    asked: Callable[[uuid.UUID], bool] | None = current_app.extensions.get("tesa_in_call")
    return asked is not None and asked(account_id)


def is_rung(account_id: uuid.UUID) -> bool:
    """Is a call waiting for her answer at this moment?"""
    asked: Callable[[uuid.UUID], bool] | None = current_app.extensions.get("tesa_is_rung")
    return asked is not None and asked(account_id)


def living_sessions(account_id: uuid.UUID, now: datetime) -> Sequence[StaffSession]:
    """Sessions in which something can still be done, newest first."""
    rows = db.session.scalars(
        select(StaffSession)
        .where(StaffSession.account_id == account_id, is_living(now))
        .order_by(StaffSession.seen_at.desc())
        .limit(40)
    )
    return [row for row in rows if lasts(row, now)]


def recent_acts(account_id: uuid.UUID) -> Sequence[AuditEntry]:
    """The last acts of one person, newest first."""
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.actor_id == account_id).order_by(AuditEntry.seq.desc()).limit(30)
    ).all()
