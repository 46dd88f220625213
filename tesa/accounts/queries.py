"""Reads shaped for the pages of accounts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select

from tesa.accounts.models import Account, AuditEntry, StaffSession
from tesa.core.db import db

IDLE = timedelta(minutes=15)


def account_of(email: str) -> Account | None:
    """The active account with this address."""
    if not email.isprintable():
        return None  # PostgreSQL knows no text with a NUL in it
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.active))


def enrolled() -> set[uuid.UUID]:
    """Those who have a password."""
    return set(db.session.scalars(select(Account.id).where(Account.password_hash.is_not(None))))


def is_living(now: datetime) -> ColumnElement[bool]:
    """The sessions in which something can still be done: not ended, not too old, not too long idle."""
    return and_(StaffSession.ended_at.is_(None), StaffSession.ends_at > now, StaffSession.seen_at > now - IDLE)


def living_sessions(account_id: uuid.UUID, now: datetime) -> Sequence[StaffSession]:
    """Sessions in which something can still be done, newest first."""
    return db.session.scalars(
        select(StaffSession)
        .where(StaffSession.account_id == account_id, is_living(now))
        .order_by(StaffSession.seen_at.desc())
        .limit(20)
    ).all()


def recent_acts(account_id: uuid.UUID) -> Sequence[AuditEntry]:
    """The last acts of one person, newest first."""
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.actor_id == account_id).order_by(AuditEntry.seq.desc()).limit(30)
    ).all()
