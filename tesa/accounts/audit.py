"""The audit trail: who did or read what, in a chain that shows every later change.

`record(...)` notes an entry for the present transaction; the chain is written when that transaction commits. So an act
and its entry stand or fall together, and the lock that keeps the sequence gap-free is the last one taken: two acts
that touch the same rows cannot wait for each other through it, and it is held only for the commit itself.

Entries hold ids, codes and hashes of ciphertext, never a caller's words.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session, SessionTransaction

from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.core.transactions import in_transaction
from tesa.core.vault import vault

GENESIS = bytes(32)
LOCK = 0x7E5A_A0D1  # the advisory lock of the chain on PostgreSQL
_NOTED = "tesa_audit_noted"
Detail = str | int | bool | None


@dataclass(frozen=True)
class _Noted:
    """An entry that waits for its transaction to commit; `savepoint` is the one it was noted in."""

    at: datetime
    actor_id: uuid.UUID | None
    act: str
    kind: str
    object_id: uuid.UUID | None
    case_id: uuid.UUID | None
    details: str
    savepoint: SessionTransaction | None


@dataclass(frozen=True)
class Entry:
    """One entry of the trail, as a page lists it."""

    at: datetime
    actor_id: uuid.UUID | None
    act: str
    object_id: uuid.UUID | None


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: how many entries are right, the last mac, and the first bad entry if any."""

    entries: int
    head: bytes
    first_bad: int | None = None
    reason: str | None = None


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
    nothing commits would be lost in silence, and with it the proof of what was read.
    """
    if not in_transaction():
        raise RuntimeError("audit.record() outside transaction()")
    session = db.session()
    savepoint = session.get_nested_transaction()
    noted = _Noted(now, actor, act, kind, object_id, case_id, canonical(details), savepoint)
    session.info.setdefault(_NOTED, []).append(noted)


def trail_of_case(case_id: uuid.UUID, acts: Collection[str], limit: int) -> list[Entry]:
    """The newest entries about a case that are one of `acts`, newest first."""
    table = AuditEntry.__table__
    rows = db.session.execute(
        select(table.c.at, table.c.actor_id, table.c.act, table.c.object_id)
        .where(table.c.case_id == case_id, table.c.act.in_(acts))
        .order_by(table.c.seq.desc())
        .limit(limit)
    )
    return [Entry(*row) for row in rows]


def sealed_hash(blob: bytes) -> str:
    """A short hash of a ciphertext, to say in the trail which one was written or read."""
    return hashlib.sha256(blob).hexdigest()[:32]


def canonical(details: dict[str, Detail]) -> str:
    """The one JSON text of `details`. Raises TypeError for a value that is not text, number, truth or nothing."""
    for name, value in details.items():
        if not isinstance(value, str | int | bool | None):
            raise TypeError(f"audit detail {name} must be text, a number, a truth value or None")
    return json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def verify() -> Verdict:
    """Walk the whole chain, oldest first, and stop at the first entry that does not fit."""
    key = vault.purpose_key("audit")
    count, prev = 0, GENESIS
    columns = AuditEntry.__table__.c
    query = select(*columns).order_by(columns.seq).execution_options(yield_per=1000, stream_results=True)
    with db.session.execute(query) as chain:  # closed at the first bad entry too: the database still holds the rest
        for entry in chain:
            reason = _fault(entry, count + 1, prev, key)
            if reason:
                return Verdict(count, prev, entry.seq, reason)
            count, prev = count + 1, entry.mac
    return Verdict(count, prev)


def _fault(entry: Any, seq: int, prev: bytes, key: bytes) -> str | None:
    if entry.seq != seq:
        return "gap"
    if not hmac.compare_digest(entry.prev, prev):
        return "chain"
    fields = (entry.at, entry.actor_id, entry.act, entry.kind, entry.object_id, entry.case_id, entry.details)
    if not hmac.compare_digest(entry.mac, _mac(key, prev, seq, fields)):
        return "mac"
    return None


def _mac(key: bytes, prev: bytes, seq: int, fields: tuple[Any, ...]) -> bytes:
    """HMAC over the previous mac and every field, each with its length before it; nothing differs from empty."""
    message = bytearray(b"tesa audit 1")
    for value in (prev, seq, *fields):
        part = _bytes(value)
        message += b"\xff" * 4 if part is None else len(part).to_bytes(4, "big") + part
    return hmac.digest(key, bytes(message), "sha256")


def _bytes(value: Any) -> bytes | None:
    match value:
        case None:
            return None
        case bytes():
            return value
        case int():
            return value.to_bytes(8, "big")
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds").encode()
        case uuid.UUID():
            return value.bytes
        case str():
            return value.encode()
    raise TypeError(type(value))


@event.listens_for(db.session, "before_commit")
def _write_noted(session: Session) -> None:
    """Append what was noted to the chain; the last thing a transaction does before it commits."""
    if session.in_nested_transaction() or not session.info.get(_NOTED):
        return
    key = vault.purpose_key("audit")
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = session.execute(select(AuditEntry.seq, AuditEntry.mac).order_by(AuditEntry.seq.desc()).limit(1)).first()
    seq, prev = (last.seq, last.mac) if last else (0, GENESIS)
    rows: list[dict[str, Any]] = []
    for noted in session.info.pop(_NOTED):
        seq += 1
        fields = (noted.at, noted.actor_id, noted.act, noted.kind, noted.object_id, noted.case_id, noted.details)
        names = ("at", "actor_id", "act", "kind", "object_id", "case_id", "details")
        mac = _mac(key, prev, seq, fields)
        rows.append({"seq": seq, "prev": prev, "mac": mac} | dict(zip(names, fields, strict=True)))
        prev = mac
    session.execute(insert(AuditEntry), rows)


@event.listens_for(db.session, "after_soft_rollback")
def _forget_noted(session: Session, ended: SessionTransaction) -> None:
    """Forget what was noted inside the transaction or savepoint that was rolled back."""
    noted: list[_Noted] = session.info.get(_NOTED, [])
    session.info[_NOTED] = [n for n in noted if ended.nested and not _inside(n.savepoint, ended)]


def _inside(savepoint: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while savepoint is not None:
        if savepoint is ended:
            return True
        savepoint = savepoint.parent
    return False
