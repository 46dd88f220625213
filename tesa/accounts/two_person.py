"""Acts that nobody does alone: one person proposes, another approves, and only then is it carried out.

A kind either carries the act out at the moment of approval (`carry_out`), or gives its proposer a permit
(`permit_for`), which `redeem` takes exactly once. Slices bring their kinds; `tesa/app.py` lists them. Every step is in
the audit trail and told to those whom it concerns.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tesa.accounts.audit import canonical, record
from tesa.accounts.models import Proposal as Row
from tesa.accounts.notices import holders, tell
from tesa.accounts.public import Principal, Role
from tesa.accounts.sealing import answer_field, reason_field
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from tesa.core.vault import Shredded, vault

PENDING_FOR = timedelta(hours=24)
SHORTEST_REASON, LONGEST_REASON = 20, 2000
PENDING, APPROVED, REJECTED, EXPIRED, CARRIED_OUT = "pending", "approved", "rejected", "expired", "carried_out"
NEW, ANSWERED = "proposal.new", "proposal.answered"
"""The notices of proposals: one waits for approval; one of hers has an answer."""
RECENT = timedelta(days=30)
SHOWN = 100


@dataclass(frozen=True)
class Proposal:
    """A proposal as kinds and pages see it. `reason` is opened apart, by `reasons`, which is on record."""

    id: uuid.UUID
    kind: str
    object_id: uuid.UUID
    case_id: uuid.UUID | None
    params: dict[str, str | int]
    state: str
    proposed_by: uuid.UUID
    proposed_at: datetime
    expires_at: datetime
    answered_by: uuid.UUID | None
    answered_at: datetime | None


def _nobody(_proposal: Proposal) -> Iterable[uuid.UUID]:
    return ()


@dataclass(frozen=True)
class ProposalKind:
    """One sort of act for two.

    `act` is asked of who proposes, `approve_act` of who answers (both stand in the policy). `barred` names who must
    not answer beside the proposer. Exactly one of `carry_out` and `permit_for` is given.
    """

    name: str
    act: str
    approve_act: str
    carry_out: Callable[[Proposal, uuid.UUID, datetime], None] | None
    describe: Callable[[Proposal], str]
    permit_for: timedelta | None = None
    barred: Callable[[Proposal], Iterable[uuid.UUID]] = _nobody


@dataclass(frozen=True)
class Words:
    """Why something was proposed, and what was answered; both empty when they were destroyed with their case.

    `withheld`: the proposal is about a case, and its words are not for this reader.
    """

    reason: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    withheld: bool = False


def add_kinds(app: Flask, kinds: Iterable[ProposalKind]) -> None:
    """Make `kinds` known to `app`."""
    known: dict[str, ProposalKind] = app.extensions.setdefault("tesa_proposal_kinds", {})
    known.update({kind.name: kind for kind in kinds})


def kinds() -> dict[str, ProposalKind]:
    """The kinds of the running application by name."""
    known: dict[str, ProposalKind] = current_app.extensions["tesa_proposal_kinds"]
    return known


def propose(
    kind: str,
    object_id: uuid.UUID | None,
    reason: str,
    by: Principal,
    now: datetime,
    case_id: uuid.UUID | None = None,
    **params: str | int,
) -> uuid.UUID:
    """Propose an act; the proposal's id. It waits PENDING_FOR for another person.

    Raises NotAllowed when `by` may not propose it, RuleBroken for a reason that is too short or too long, Conflict
    when the same is proposed already.
    """
    if not by.has(kinds()[kind].act):
        raise NotAllowed(_("Anda tidak dapat mengusulkan ini."))
    words = reason.strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise RuleBroken(_("Tulis alasannya, sedikitnya 20 dan paling banyak 2.000 karakter."))
    _expire(and_(Row.kind == kind, Row.object_id == object_id), now)
    row_id = new_id()
    values = {
        "id": row_id,
        "kind": kind,
        "object_id": object_id or row_id,
        "case_id": case_id,
        "params": canonical(dict(params)),
        "reason_sealed": vault.seal(reason_field(row_id, case_id), words),
        "state": PENDING,
        "proposed_by": by.id,
        "proposed_at": now,
        "expires_at": now + PENDING_FOR,
    }
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    if db.session.scalar(dialect.insert(Row).values(values).on_conflict_do_nothing().returning(Row.id)) is None:
        raise Conflict(_("Usulan yang sama masih menunggu."))
    record(by.id, "proposal.proposed", kind, object_id or row_id, now, case_id=case_id, proposal=str(row_id))
    tell(_answerers(kinds()[kind]) - {by.id}, NEW, row_id, now)
    return row_id


def _answerers(kind: ProposalKind) -> set[uuid.UUID]:
    return holders(*current_app.extensions["tesa_permissions"].get(kind.approve_act, ()))


def approve(proposal_id: uuid.UUID, by: Principal, now: datetime, words: str = "") -> None:
    """Approve what another person has proposed: it is carried out now, or its proposer gets her permit.

    Raises NotFound when `by` may not answer it, RuleBroken for her own proposal or one that concerns her, Conflict
    when it has an answer already or has waited too long.
    """
    row, kind = _to_answer(proposal_id, by, now)
    until = now + kind.permit_for if kind.permit_for else row.expires_at
    _move(row, APPROVED, now, by.id, words, expires_at=until)
    record(by.id, "proposal.approved", row.kind, row.object_id, now, case_id=row.case_id, proposal=str(row.id))
    if kind.carry_out is not None:
        proposal = _seen(row)
        _carried_out(row, by.id, now)
        kind.carry_out(proposal, by.id, now)
    tell([row.proposed_by], ANSWERED, row.id, now)


def reject(proposal_id: uuid.UUID, by: Principal, now: datetime, words: str = "") -> None:
    """Say no to what another person has proposed, and why. Raises as `approve`; RuleBroken without words."""
    row, _kind = _to_answer(proposal_id, by, now)
    if not words.strip():
        raise RuleBroken(_("Tulis mengapa usulan ini ditolak."))
    _move(row, REJECTED, now, by.id, words)
    record(by.id, "proposal.rejected", row.kind, row.object_id, now, case_id=row.case_id, proposal=str(row.id))
    tell([row.proposed_by], ANSWERED, row.id, now)


def _to_answer(proposal_id: uuid.UUID, by: Principal, now: datetime) -> tuple[Row, ProposalKind]:
    """The proposal, locked, and its kind, if `by` may answer it now."""
    row = db.session.scalar(
        select(Row).where(Row.id == proposal_id).with_for_update().execution_options(populate_existing=True)
    )
    kind = kinds().get(row.kind) if row is not None else None
    if row is None or kind is None or not by.has(kind.approve_act):
        raise NotFound
    if by.id == row.proposed_by:
        raise RuleBroken(_("Usulan Anda sendiri harus dijawab orang lain."))
    if by.id in set(kind.barred(_seen(row))):
        raise RuleBroken(_("Usulan ini menyangkut Anda sendiri; orang lain yang menjawabnya."))
    if row.state != PENDING:
        raise Conflict(_("Usulan ini sudah dijawab."))
    if row.expires_at <= now:
        raise Conflict(_("Usulan ini sudah lewat waktu. Usulkan lagi bila masih perlu."))
    return row, kind


def _move(row: Row, state: str, now: datetime, by: uuid.UUID, words: str, **values: datetime) -> None:
    """The answer, written down once: whoever comes second finds no pending row any more."""
    if len(words) > LONGEST_REASON:
        raise RuleBroken(_("Jawaban paling banyak 2.000 karakter."))
    answer = vault.seal(answer_field(row.id, row.case_id), words.strip()) if words.strip() else None
    values |= {"answered_at": now}
    moved = db.session.execute(
        update(Row)
        .where(Row.id == row.id, Row.state == PENDING)
        .values(state=state, answered_by=by, answer_sealed=answer, **values)
        .returning(Row.id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        raise Conflict(_("Usulan ini sudah dijawab."))
    db.session.refresh(row)


def _carried_out(row: Row, by: uuid.UUID, now: datetime) -> None:
    moved = db.session.execute(
        update(Row)
        .where(Row.id == row.id, Row.state == APPROVED)
        .values(state=CARRIED_OUT, carried_out_at=now)
        .returning(Row.id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        raise Conflict(_("Usulan ini sudah dijalankan."))
    record(by, "proposal.carried_out", row.kind, row.object_id, now, case_id=row.case_id, proposal=str(row.id))


def redeem(kind: str, object_id: uuid.UUID, by: Principal, now: datetime) -> Proposal:
    """Take the permit that `by` has been given for this, once. Raises NotFound when she has none that still counts."""
    row = db.session.scalar(
        select(Row)
        .where(
            Row.kind == kind,
            Row.object_id == object_id,
            Row.proposed_by == by.id,
            Row.state == APPROVED,
            Row.expires_at > now,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not by.has(kinds()[kind].act):
        raise NotFound
    _carried_out(row, by.id, now)
    return _seen(row)


def open_of(kind: str, object_id: uuid.UUID, now: datetime) -> Proposal | None:
    """The proposal of this that waits for an answer, or whose permit waits to be used."""
    query = select(Row).where(Row.kind == kind, Row.object_id == object_id, Row.expires_at > now)
    row = db.session.scalar(query.where(Row.state.in_((PENDING, APPROVED))))
    return _seen(row) if row else None


def expire_proposals(now: datetime) -> datetime | None:
    """Close what has waited too long and tell its proposer; when the next one does, or None."""
    _expire(Row.id.is_not(None), now)
    return db.session.scalar(
        select(Row.expires_at).where(Row.state.in_((PENDING, APPROVED))).order_by(Row.expires_at).limit(1)
    )


def _expire(condition: ColumnElement[bool], now: datetime) -> None:
    late = db.session.execute(
        update(Row)
        .where(condition, Row.state.in_((PENDING, APPROVED)), Row.expires_at <= now)
        .values(state=EXPIRED)
        .returning(Row.id, Row.kind, Row.object_id, Row.case_id, Row.proposed_by)
        .execution_options(synchronize_session=False)
    ).all()
    for row in late:
        record(None, "proposal.expired", row.kind, row.object_id, now, case_id=row.case_id, proposal=str(row.id))
        tell([row.proposed_by], ANSWERED, row.id, now)


def may_answer(proposal: Proposal, by: Principal, now: datetime) -> bool:
    """Could `by` approve or reject this now?"""
    kind = kinds()[proposal.kind]
    waiting = proposal.state == PENDING and now < proposal.expires_at
    return (
        waiting
        and by.has(kind.approve_act)
        and by.id != proposal.proposed_by
        and by.id not in set(kind.barred(proposal))
    )


def listed(reader: Principal, now: datetime) -> list[Proposal]:
    """What `reader` may answer or has proposed: the open ones first, then those of the last RECENT."""
    mine = [name for name, kind in kinds().items() if reader.has(kind.approve_act)]
    rows = db.session.scalars(
        select(Row)
        .where(or_(Row.kind.in_(mine), Row.proposed_by == reader.id), Row.proposed_at > now - RECENT)
        .order_by(Row.state.not_in((PENDING, APPROVED)), Row.proposed_at.desc(), Row.id)
        .limit(SHOWN)
    )
    return [_seen(row) for row in rows if row.kind in kinds()]


def reasons(proposals: Iterable[Proposal], reader: Principal, now: datetime) -> dict[uuid.UUID, Words]:
    """The words of these proposals, which `listed` gave to `reader`; that she read them is on record.

    Reasons about a case may name who called: they are for coordinators and for who wrote them.
    """
    opened: dict[uuid.UUID, Words] = {}
    for row in db.session.scalars(select(Row).where(Row.id.in_([proposal.id for proposal in proposals]))):
        if row.case_id is not None and not reader.is_role(Role.COORDINATOR) and row.proposed_by != reader.id:
            opened[row.id] = Words(withheld=True)
            continue
        record(reader.id, "proposal.read", row.kind, row.object_id, now, case_id=row.case_id, proposal=str(row.id))
        opened[row.id] = _words(row)
    return opened


def _words(row: Row) -> Words:
    try:
        reason = vault.unseal(reason_field(row.id, row.case_id), row.reason_sealed) or ""
        answer = vault.unseal(answer_field(row.id, row.case_id), row.answer_sealed) if row.answer_sealed else ""
    except Shredded:
        return Words()
    return Words(reason, answer or "")


def _seen(row: Row) -> Proposal:
    return Proposal(
        id=row.id,
        kind=row.kind,
        object_id=row.object_id,
        case_id=row.case_id,
        params=json.loads(row.params),
        state=row.state,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
