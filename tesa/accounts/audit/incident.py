"""What was opened, for the report of an incident: which things, by whom, when, in which session, about which case."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from tesa.accounts.models import AuditEntry
from tesa.accounts.rules.meter import OPENINGS
from tesa.core.db import db

_E = AuditEntry.__table__.c
HASH = re.compile(r':"([0-9a-f]{32})"')


@dataclass(frozen=True)
class Asked:
    """What an incident is about; what is None does not narrow it. `to` is not included."""

    session: uuid.UUID | None = None
    user: uuid.UUID | None = None
    since: datetime | None = None
    to: datetime | None = None
    case: uuid.UUID | None = None


@dataclass(frozen=True)
class Opened:
    """One thing that somebody opened once or more. `hashes`: of the ciphertexts she was shown, where that is noted."""

    actor_id: uuid.UUID | None
    session_id: uuid.UUID | None
    kind: str
    object_id: uuid.UUID | None
    case_id: uuid.UUID | None
    acts: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    times: int
    hashes: tuple[str, ...]


def opened_things(asked: Asked) -> list[Opened]:
    """What was opened, grouped by person, session, thing and case, in the order in which it was first opened."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in _entries(asked):
        groups.setdefault((row.actor_id, row.session_id, row.kind, row.object_id, row.case_id), []).append(row)
    return [_group(rows) for rows in groups.values()]


def _entries(asked: Asked) -> Iterator[Any]:
    query = (
        select(_E.at, _E.actor_id, _E.session_id, _E.act, _E.kind, _E.object_id, _E.case_id, _E.details)
        .where(_E.act.in_(sorted(OPENINGS)), *_narrowed(asked))
        .order_by(_E.seq)
        .execution_options(yield_per=5000)
    )
    return iter(db.session.execute(query))


def _narrowed(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.session is not None:
        yield _E.session_id == asked.session
    if asked.user is not None:
        yield _E.actor_id == asked.user
    if asked.case is not None:
        yield _E.case_id == asked.case
    if asked.since is not None:
        yield _E.at >= asked.since
    if asked.to is not None:
        yield _E.at < asked.to


def _group(rows: list[Any]) -> Opened:
    one, times = rows[0], [row.at for row in rows]
    return Opened(
        actor_id=one.actor_id,
        session_id=one.session_id,
        kind=one.kind,
        object_id=one.object_id,
        case_id=one.case_id,
        acts=tuple(dict.fromkeys(row.act for row in rows)),
        first_at=min(times),
        last_at=max(times),
        times=len(rows),
        hashes=tuple(dict.fromkeys(code for row in rows for code in _hashes(row))),
    )


def _hashes(row: Any) -> list[str]:
    """The hashes of ciphertexts among the details: 32 hexadecimal digits. Read off the canonical text: it is quick."""
    return HASH.findall(row.details)
