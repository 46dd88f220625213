"""Reads of cases' tables, shaped for acts and screens."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from tesa.accounts.rules.policy import Actor, Relation, Standing
from tesa.accounts.rules.roles import Role
from tesa.cases import sealing
from tesa.cases.models import BreakGlass, Case, CaseAccess, Note, NoteDraft, Person, PersonNumber
from tesa.cases.rules.access import Grant, relations
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.core.db import db
from tesa.core.errors import NotAllowed, NotFound
from tesa.core.vault import Shredded, Unopenable, vault

log = logging.getLogger(__name__)
_READS = frozenset({"case.read", "person.read", "note.read", "trail.case"})


def locked(case_id: uuid.UUID) -> Case | None:
    """The case, locked until the transaction ends.

    Her person is locked first, here as everywhere, so that two acts never wait for each other.
    """
    person_id = db.session.scalar(select(Case.person_id).where(Case.id == case_id))
    if person_id is None:
        return None
    locked_person(person_id)
    return db.session.scalar(
        select(Case).where(Case.id == case_id).with_for_update().execution_options(populate_existing=True)
    )


def locked_person(person_id: uuid.UUID) -> Person | None:
    """The person, locked until the transaction ends."""
    return db.session.scalar(
        select(Person).where(Person.id == person_id).with_for_update().execution_options(populate_existing=True)
    )


def standing_to(case: Case, actor: Actor, now: datetime) -> Standing:
    """What `actor` is to `case` now, and so what she may do with it."""
    rows = db.session.execute(
        select(CaseAccess.account_id, CaseAccess.until).where(
            CaseAccess.case_id == case.id, CaseAccess.account_id == actor.id
        )
    )
    grants = [Grant(account_id, until) for account_id, until in rows]
    bonds = relations(actor, case.owner_id, grants, now)
    if Role.COORDINATOR in actor.roles and glass_until(case.id, actor.id, now) is not None:
        bonds |= {Relation.BREAK_GLASS}
    return Standing(actor.roles, bonds)


def glass_until(case_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> datetime | None:
    """Until when this account has the case open by breaking the glass; None when it has not."""
    return db.session.scalar(
        select(BreakGlass.until)
        .where(BreakGlass.case_id == case_id, BreakGlass.account_id == account_id, BreakGlass.until > now)
        .order_by(BreakGlass.until.desc())
        .limit(1)
    )


def next_alarm() -> datetime | None:
    """When the next opening has waited too long for its review; None when none waits."""
    query = select(BreakGlass.alarm_at).where(BreakGlass.reviewed_at.is_(None))
    return db.session.scalar(query.order_by(BreakGlass.alarm_at).limit(1))


def case_for(case_id: uuid.UUID, actor: Actor, act: str, now: datetime, *, lock: bool = False) -> Case:
    """The case, if `actor` may do `act` (of the table of access) with it.

    Raises NotFound when there is none that she may know of (an act that only reads is then not found either), and
    NotAllowed with a sentence when she sees the case but may not do this.
    """
    case = locked(case_id) if lock else db.session.get(Case, case_id)
    who = None if case is None else standing_to(case, actor, now)
    if case is None or who is None or not who.may("case.read", case.status):
        raise NotFound
    if not who.may(act, case.status):
        raise NotFound if act in _READS else NotAllowed(_("Anda tidak berwenang melakukan ini pada kasus ini."))
    return case


def numbers_of_cases(case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The case numbers of these cases."""
    wanted = set(case_ids)
    return dict(db.session.execute(select(Case.id, Case.number).where(Case.id.in_(wanted))).all()) if wanted else {}


def people_of_number(e164: str) -> list[uuid.UUID]:
    """The persons who use this number, the oldest row first.

    A row that does not open (its key destroyed, or damaged) is left out and logged: a call must reach a human all the
    same.
    """
    rows = db.session.scalars(
        select(PersonNumber)
        .where(PersonNumber.number_index.in_(vault.blind_indexes("number", e164)))
        .order_by(PersonNumber.added_at, PersonNumber.id)
    )
    return list(dict.fromkeys(row.person_id for row in rows if _is_number(row, e164)))


def languages_of_number(e164: str) -> set[str]:
    """The languages chosen by the persons who use this number; only their rows are opened."""
    query = (
        select(PersonNumber, Person.language)
        .join(Person, Person.id == PersonNumber.person_id)
        .where(PersonNumber.number_index.in_(vault.blind_indexes("number", e164)), Person.language.is_not(None))
    )
    return {language for row, language in db.session.execute(query) if language and _is_number(row, e164)}


def _is_number(row: PersonNumber, e164: str) -> bool:
    try:
        return sealing.open_number(row) == e164
    except (Unopenable, Shredded):
        log.error("person_number %s does not open", row.id)
        return False


def numbers_of(person_id: uuid.UUID) -> list[str]:
    """Her numbers, E.164, the newest first."""
    rows = db.session.scalars(
        select(PersonNumber)
        .where(PersonNumber.person_id == person_id)
        .order_by(PersonNumber.added_at.desc(), PersonNumber.id)
    )
    return [sealing.open_number(row) for row in rows]


def cases_of(person_ids: Sequence[uuid.UUID]) -> Sequence[Case]:
    """The cases of these persons, the newest first."""
    query = select(Case).where(Case.person_id.in_(person_ids)).order_by(Case.opened_at.desc(), Case.number.desc())
    return db.session.scalars(query).all() if person_ids else []


def open_case_of(person_id: uuid.UUID) -> Case | None:
    """Her case that is not closed. There is at most one."""
    return db.session.scalar(select(Case).where(Case.person_id == person_id, Case.status != CaseStatus.CLOSED))


def note_of(case_id: uuid.UUID, note_id: uuid.UUID) -> Note:
    """A note of this case. Raises NotFound when there is none."""
    note = db.session.get(Note, note_id)
    if note is None or note.case_id != case_id:
        raise NotFound
    return note


def draft_of(account_id: uuid.UUID, subject_id: uuid.UUID, *, lock: bool = False) -> NoteDraft | None:
    """What this account is writing about a subject; `lock`: until the transaction ends."""
    query = select(NoteDraft).where(NoteDraft.account_id == account_id, NoteDraft.subject_id == subject_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)
