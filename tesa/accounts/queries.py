"""Reads shaped for the pages of accounts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from tesa.accounts.models import Account, AuditEntry, StaffSession
from tesa.core.db import db


def account_of(email: str) -> Account | None:
    """The active account with this address."""
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.active))


def enrolled() -> set[uuid.UUID]:
    """Those who have a password."""
    return set(db.session.scalars(select(Account.id).where(Account.password_hash.is_not(None))))


def living_sessions(account_id: uuid.UUID) -> Sequence[StaffSession]:
    """Sessions that have not been ended, newest first."""
    return db.session.scalars(
        select(StaffSession)
        .where(StaffSession.account_id == account_id, StaffSession.ended_at.is_(None))
        .order_by(StaffSession.seen_at.desc())
        .limit(20)
    ).all()


def recent_acts(account_id: uuid.UUID) -> Sequence[AuditEntry]:
    """The last acts of one person, newest first."""
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.actor_id == account_id).order_by(AuditEntry.seq.desc()).limit(30)
    ).all()
