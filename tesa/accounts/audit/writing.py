"""`record()`, and the chain that is written when the transaction commits.

Notes wait in the session until the commit; so the lock that keeps the sequence gap-free is the last one taken: two acts
that touch the same rows cannot wait for each other through it, and it is held only for the commit itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, has_request_context
from flask_login import current_user
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session, SessionTransaction

from tesa.accounts.audit import keys
from tesa.accounts.audit.entries import FIELDS, GENESIS, Detail, canonical, day_of, mac_of
from tesa.accounts.models import AuditEntry
from tesa.accounts.public import Principal
from tesa.core.db import db
from tesa.core.transactions import in_transaction

LOCK = 0x7E5A_A0D1  # the advisory lock of the chain on PostgreSQL
_NOTED = "tesa_audit_noted"
_SIGNED_WITH = "tesa_audit_signed_with"
Watcher = Callable[[Principal, "Noted"], None]


@dataclass(frozen=True)
class Noted:
    """An entry that waits for its transaction to commit; `savepoint` is the one it was noted in."""

    at: datetime
    actor_id: uuid.UUID | None
    act: str
    kind: str
    object_id: uuid.UUID | None
    case_id: uuid.UUID | None
    details: str
    session_id: uuid.UUID | None
    savepoint: SessionTransaction | None


def record(
    actor: uuid.UUID | None,
    act: str,
    kind: str,
    object_id: uuid.UUID | None,
    now: datetime,
    case_id: uuid.UUID | None = None,
    **details: Detail,
) -> None:
    """Note that `actor` (None: TeSA itself, or nobody signed in) did `act` to an object of `kind`.

    `details` are ids, codes, counts and hashes only. Raises RuntimeError outside `transaction()`: an entry that
    nothing commits would be lost in silence, and with it the proof of what was read. Raises a Refusal when the meter
    of readings (tesa/accounts/meter.py) does not let this person open one more.
    """
    if not in_transaction():
        raise RuntimeError("audit.record() outside transaction()")
    session = db.session()
    savepoint = session.get_nested_transaction()
    person = _signed_in(actor)
    noted = Noted(
        now, actor, act, kind, object_id, case_id, canonical(details), person.session_id if person else None, savepoint
    )
    waiting: list[Noted] = session.info.setdefault(_NOTED, [])
    if person is not None:
        watchers: tuple[Watcher, ...] = current_app.extensions.get("tesa_audit_watchers", ())
        for watcher in watchers:
            watcher(person, noted)
    waiting.append(noted)


def _signed_in(actor: uuid.UUID | None) -> Principal | None:
    """The signed-in person of this request, if it is she who acts."""
    if actor is None or not has_request_context():
        return None
    person = current_user._get_current_object()
    return person if isinstance(person, Principal) and person.id == actor else None


@event.listens_for(db.session, "before_commit")
def _write_noted(session: Session) -> None:
    """Append what was noted to the chain; the last thing a transaction does before it commits."""
    if session.in_nested_transaction() or not session.info.get(_NOTED):
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    columns = AuditEntry.__table__.c
    newest = select(columns.seq, columns.mac, columns.epoch).order_by(columns.seq.desc()).limit(1)
    last = session.execute(newest).first()
    seq, prev, epoch = (last.seq, last.mac, last.epoch) if last else (0, GENESIS, None)
    rows: list[dict[str, Any]] = []
    noted: list[Noted] = session.info.pop(_NOTED)
    # One key for all: an act that lasts over midnight is of the day on which its transaction ends.
    key = keys.key_for(session, max(day_of(n.at) for n in noted), epoch, prev)
    for n in noted:
        seq += 1
        fields = (key.epoch, n.at, n.actor_id, n.act, n.kind, n.object_id, n.case_id, n.details, n.session_id)
        mac = mac_of(key.secret, prev, seq, key.epoch, fields)
        rows.append({"seq": seq, "prev": prev, "mac": mac} | dict(zip(FIELDS, fields, strict=True)))
        prev = mac
    session.execute(insert(AuditEntry), rows)
    session.info[_SIGNED_WITH] = key


@event.listens_for(db.session, "after_commit")
def _hold_key(session: Session) -> None:
    """The chain holds what this key signed: from now on it is the key of this process."""
    if not session.in_nested_transaction():
        key = session.info.pop(_SIGNED_WITH, None)
        if key is not None:
            keys.hold(key)


@event.listens_for(db.session, "after_soft_rollback")
def _forget_noted(session: Session, ended: SessionTransaction) -> None:
    """Forget what was noted inside the transaction or savepoint that was rolled back."""
    noted: list[Noted] = session.info.get(_NOTED, [])
    session.info[_NOTED] = [n for n in noted if ended.nested and not _inside(n.savepoint, ended)]
    if not ended.nested:
        session.info.pop(_SIGNED_WITH, None)


def _inside(savepoint: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while savepoint is not None:
        if savepoint is ended:
            return True
        savepoint = savepoint.parent
    return False
