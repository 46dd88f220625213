"""The reviewer's list: who opened which case by breaking the glass, why, and what she read meanwhile."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.audit import record, trail_of_case
from tesa.accounts.public import Principal, Role, emails
from tesa.cases.models import BreakGlass, Case
from tesa.cases.sealing import glass_field
from tesa.core.db import db
from tesa.core.vault import Shredded, vault

SHOWN = 50
READ_ACTS = ("case.read", "note.read", "number.reveal", "contact.read")
FAR_BACK = 2000
"""Entries of a case's trail that are looked through for what was opened."""


@dataclass(frozen=True)
class Opening:
    """One opening. `opened`: acts of reading and how often. The words are empty for those who may not read them."""

    id: uuid.UUID
    case_id: uuid.UUID
    number: str
    who: str
    mine: bool
    opened_at: datetime
    until: datetime
    verdict: str | None
    reviewer: str
    reviewed_at: datetime | None
    opened: Sequence[tuple[str, int]]
    reason: str = field(repr=False)
    remark: str = field(repr=False)


def openings(reader: Principal, now: datetime) -> list[Opening]:
    """The openings, those without a review first. The reasons are for coordinators; that they were read is on record."""
    rows = db.session.execute(
        select(BreakGlass, Case.number)
        .join(Case, Case.id == BreakGlass.case_id)
        .order_by(BreakGlass.reviewed_at.is_not(None), BreakGlass.opened_at.desc())
        .limit(SHOWN)
    ).all()
    address = emails(i for row, _number in rows for i in (row.account_id, row.reviewed_by) if i is not None)
    return [_opening(row, number, reader, address, now) for row, number in rows]


def _opening(row: BreakGlass, number: str, reader: Principal, address: dict[uuid.UUID, str], now: datetime) -> Opening:
    reason = remark = ""
    if reader.is_role(Role.COORDINATOR):
        record(reader.id, "break_glass.read", "break_glass", row.id, now, case_id=row.case_id)
        reason, remark = _words(row, "reason", row.reason_sealed), _words(row, "remark", row.remark_sealed)
    return Opening(
        id=row.id,
        case_id=row.case_id,
        number=number,
        who=address[row.account_id],
        mine=row.account_id == reader.id,
        opened_at=row.opened_at,
        until=row.until,
        verdict=row.verdict,
        reviewer=address[row.reviewed_by] if row.reviewed_by else "",
        reviewed_at=row.reviewed_at,
        opened=_read_meanwhile(row),
        reason=reason,
        remark=remark,
    )


def _words(row: BreakGlass, column: str, blob: bytes | None) -> str:
    try:
        return (vault.unseal(glass_field(row.id, row.case_id, column), blob) or "") if blob else ""
    except Shredded:
        return ""


def _read_meanwhile(row: BreakGlass) -> list[tuple[str, int]]:
    entries = trail_of_case(row.case_id, READ_ACTS, FAR_BACK)
    hers = (e.act for e in entries if e.actor_id == row.account_id and row.opened_at <= e.at < row.until)
    return sorted(Counter(hers).items())
