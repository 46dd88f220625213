"""What pages and reports ask of the trail. Nothing in it is sealed: ids, codes and hashes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from tesa.accounts.models import AuditEntry
from tesa.accounts.rules.meter import COUNTED, HOUR
from tesa.core.db import db

ROWS = 50
"""Entries on one page."""
TRIPPED = "meter.tripped"
"""The act of the entry that says who has reached which threshold of the meter."""
SECURITY = (
    "sign_in", "sign_out", "session.", "screen.", "step_up", "passkey.", "recovery_code.", "factor.", "device.",
    "staff.", "account.", "keys.", "key.", "audit.", "backup.", "meter.", "csp.",
)  # fmt: skip
"""How the acts begin that concern the security of the house."""
LONGEST_BACK = timedelta(days=366)
_E = AuditEntry.__table__.c


@dataclass(frozen=True)
class Entry:
    """One entry of the trail, as a page lists it."""

    at: datetime
    actor_id: uuid.UUID | None
    act: str
    object_id: uuid.UUID | None


@dataclass(frozen=True)
class Line:
    """One entry with all that may be said of it. `kind` is what `object_id` is an id of."""

    seq: int
    at: datetime
    actor_id: uuid.UUID | None
    act: str
    kind: str
    object_id: uuid.UUID | None
    case_id: uuid.UUID | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Tripped:
    """Somebody reached a threshold of the meter: `count` things within the hour before `at`, about these cases."""

    seq: int
    at: datetime
    account_id: uuid.UUID
    threshold: int
    count: int
    cases: Sequence[uuid.UUID]


def trail_of_case(case_id: uuid.UUID, acts: Collection[str], limit: int) -> list[Entry]:
    """The newest entries about a case that are one of `acts`, newest first."""
    rows = db.session.execute(
        select(_E.at, _E.actor_id, _E.act, _E.object_id)
        .where(_E.case_id == case_id, _E.act.in_(acts))
        .order_by(_E.seq.desc())
        .limit(limit)
    )
    return [Entry(*row) for row in rows]


def opened_in_session(session_id: uuid.UUID, act: str, object_id: uuid.UUID, since: datetime) -> bool:
    """Has `act` with this thing been put on record in this session since then? A page that refreshes itself need not
    be again; whoever only says that hers does, and has not opened it, is.
    """
    found = select(_E.seq).where(_E.session_id == session_id, _E.act == act, _E.object_id == object_id, _E.at >= since)
    return db.session.scalar(found.limit(1)) is not None


def lines_of_case(case_id: uuid.UUID, before: int | None = None) -> tuple[list[Line], bool]:
    """All that was done about a case, newest first, at most ROWS, and whether there is more before."""
    return _lines(before, _E.case_id == case_id)


def lines_of_person(account_id: uuid.UUID, before: int | None = None) -> tuple[list[Line], bool]:
    """All that a person did, newest first, at most ROWS, and whether there is more before."""
    return _lines(before, _E.actor_id == account_id)


def security_lines(now: datetime, before: int | None = None) -> tuple[list[Line], bool]:
    """What concerns the security of the house, within a year; nothing that is about a case."""
    named = [_E.act.startswith(beginning, autoescape=True) for beginning in SECURITY]
    return _lines(before, _E.case_id.is_(None), _E.at > now - LONGEST_BACK, or_(*named))


def _lines(before: int | None, *conditions: ColumnElement[bool]) -> tuple[list[Line], bool]:
    query = select(_E.seq, _E.at, _E.actor_id, _E.act, _E.kind, _E.object_id, _E.case_id, _E.details).where(*conditions)
    if before is not None:
        query = query.where(_E.seq < before)
    rows = db.session.execute(query.order_by(_E.seq.desc()).limit(ROWS + 1)).all()
    return [Line(*row[:-1], json.loads(row.details)) for row in rows[:ROWS]], len(rows) > ROWS


def tripped_thresholds(before: int | None = None) -> tuple[list[Tripped], bool]:
    """Who reached which threshold of the meter, newest first, at most ROWS, and whether there is more before."""
    lines, more = _lines(before, _E.actor_id.is_(None), _E.act == TRIPPED)
    return [_tripped(line, line.object_id) for line in lines if line.object_id is not None], more


def _tripped(line: Line, account_id: uuid.UUID) -> Tripped:
    cases = db.session.scalars(
        select(_E.case_id)
        .where(_E.actor_id == account_id, _E.at > line.at - HOUR, _E.at <= line.at)
        .where(_E.act.in_(sorted(COUNTED)), _E.case_id.is_not(None))
        .distinct()
    ).all()
    return Tripped(line.seq, line.at, account_id, line.details["threshold"], line.details["count"], cases)
