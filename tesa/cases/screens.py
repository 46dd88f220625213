"""Lists for the pages of cases: frozen rows, masked where they leave the model."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, false, or_, select

from tesa.accounts.audit import Entry, trail_of_case
from tesa.accounts.public import Principal, Role, emails
from tesa.accounts.rules.policy import Relation, may
from tesa.cases.models import Case, CaseAccess, CaseExclusion
from tesa.cases.public import Exclusion
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.core.db import db

ROWS = 50
"""Cases on one page of the list."""
READINGS = 60
"""Entries of the trail that the list of readers is made of."""
READ_ACTS = ("case.read", "note.read", "draft.read")
TABS = ("mine", "open", "closed")


@dataclass(frozen=True)
class CaseRow:
    """One case in a list: no name and no number of hers."""

    id: uuid.UUID
    number: str
    risk: str | None
    status: str
    owner: str
    mine: bool
    opened_at: datetime
    last_event_at: datetime


@dataclass(frozen=True)
class Reading:
    """Somebody opened something of a case, `count` things at once."""

    who: str
    act: str
    at: datetime
    count: int


def visible_to(reader: Principal, now: datetime) -> ColumnElement[bool]:
    """The cases that this person may read: those to which she is something that opens a case to her roles."""
    lent = select(CaseAccess.case_id).where(CaseAccess.account_id == reader.id, CaseAccess.until > now)
    cases_by_relation = {
        Relation.OWN: Case.owner_id == reader.id,
        Relation.HELPING: Case.id.in_(lent),
        Relation.OVERSEEING: Case.id.is_not(None) if reader.is_role(Role.COORDINATOR) else false(),
    }
    seen = (cases for bond, cases in cases_by_relation.items() if may(reader.roles, "case.read", [bond]))
    return or_(false(), *seen)


def _tab(tab: str, reader: Principal) -> ColumnElement[bool]:
    if tab == "closed":
        return Case.status == CaseStatus.CLOSED
    under_way = Case.status != CaseStatus.CLOSED
    return and_(under_way, Case.owner_id == reader.id) if tab == "mine" else under_way


def case_rows(tab: str, reader: Principal, now: datetime, page: int) -> tuple[list[CaseRow], bool]:
    """The rows of page `page` (from 1) of a tab, the latest event first, and whether another page follows."""
    cases = db.session.scalars(
        select(Case)
        .where(_tab(tab, reader), visible_to(reader, now))
        .order_by(Case.last_event_at.desc(), Case.id)
        .limit(ROWS + 1)
        .offset((page - 1) * ROWS)
    ).all()
    return _rows(cases[:ROWS], reader), len(cases) > ROWS


def rows_of(case_ids: list[uuid.UUID], reader: Principal, now: datetime) -> list[CaseRow]:
    """The rows of these cases, the newest first, as far as the reader may know of them."""
    query = select(Case).where(Case.id.in_(case_ids), visible_to(reader, now)).order_by(Case.opened_at.desc(), Case.id)
    return _rows(db.session.scalars(query), reader) if case_ids else []


def _rows(cases: Iterable[Case], reader: Principal) -> list[CaseRow]:
    listed = list(cases)
    address = emails(case.owner_id for case in listed)
    return [
        CaseRow(
            case.id,
            case.number,
            case.risk,
            case.status,
            address[case.owner_id],
            case.owner_id == reader.id,
            case.opened_at,
            case.last_event_at,
        )
        for case in listed
    ]


def exclusions_of(person_id: uuid.UUID) -> list[Exclusion]:
    """Who is never offered this person, the first one first."""
    rows = db.session.scalars(
        select(CaseExclusion).where(CaseExclusion.person_id == person_id).order_by(CaseExclusion.set_at)
    ).all()
    address = emails(row.account_id for row in rows)
    return [Exclusion(row.account_id, address[row.account_id], row.reason) for row in rows]


def readings(case_id: uuid.UUID) -> list[Reading]:
    """Who opened the case, its notes or a draft, the latest first; what was opened at one stroke is one line."""
    entries = trail_of_case(case_id, READ_ACTS, READINGS)
    address = emails(entry.actor_id for entry in entries if entry.actor_id)
    return [_reading(list(group), address) for _key, group in groupby(entries, key=_stroke)]


def _stroke(entry: Entry) -> tuple[object, ...]:
    return (entry.actor_id, entry.act, entry.at)


def _reading(group: list[Entry], address: dict[uuid.UUID, str]) -> Reading:
    first = group[0]
    who = address.get(first.actor_id, "") if first.actor_id else ""
    return Reading(who, first.act, first.at, len(group))
