"""Somebody is never offered a person: neither rung for her, nor handed her, nor shown that she waits."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select

from tesa.accounts.audit import record
from tesa.accounts.public import member
from tesa.accounts.rules.policy import Actor
from tesa.cases.actions.log_event import log_event
from tesa.cases.events import ExclusionChanged, exclusion_changed
from tesa.cases.models import Case, CaseAccess, CaseExclusion
from tesa.cases.queries import case_for, locked, numbers_of
from tesa.cases.rules.exclusions import ExclusionReason
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.core.vault import Shredded


def exclude(case_id: uuid.UUID, account_id: uuid.UUID, reason: str, by: Actor, now: datetime) -> None:
    """From now on `account_id` is never offered the person of this case, in whatever case or call; lent access ends.

    Raises NotFound, NotAllowed, or RuleBroken for an unknown reason or person, or for the owner of the case.
    """
    case = case_for(case_id, by, "case.exclude", now, lock=True)
    if reason not in set(ExclusionReason):
        raise RuleBroken(_("Pilih alasan dari daftar."))
    if member(account_id) is None:
        raise RuleBroken(_("Pilih petugas dari daftar."))
    if account_id == case.owner_id:
        raise RuleBroken(_("Ia memegang kasus ini. Serahkan kasusnya lebih dahulu."))
    keep_exclusion(case, account_id, reason, by.id, now)


def exclude_from_person_of(
    case_id: uuid.UUID, account_id: uuid.UUID, reason: str, by: uuid.UUID, now: datetime
) -> None:
    """The same, learnt in a contact that belongs to the case; whoever calls this has asked the table of access."""
    case = locked(case_id)
    if case is not None and case.owner_id != account_id:
        keep_exclusion(case, account_id, reason, by, now)


def keep_exclusion(case: Case, account_id: uuid.UUID, reason: str, by: uuid.UUID, now: datetime) -> None:
    """Write it down and tell whoever listens; twice is once."""
    if db.session.get(CaseExclusion, (case.person_id, account_id)) is not None:
        return
    db.session.add(CaseExclusion(person_id=case.person_id, account_id=account_id, reason=reason, set_by=by, set_at=now))
    db.session.execute(
        delete(CaseAccess).where(CaseAccess.account_id == account_id, CaseAccess.case_id.in_(_cases(case.person_id)))
    )
    log_event(case, "excluded", now, by, ref=account_id, detail=reason)
    record(by, "case.exclude", "case", case.id, now, case_id=case.id, account=str(account_id), reason=reason)
    _tell(case, account_id, reason, now)


def allow_again(case_id: uuid.UUID, account_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """`account_id` may be offered the person of this case again. Raises NotFound or NotAllowed."""
    case = case_for(case_id, by, "case.exclude", now, lock=True)
    row = db.session.get(CaseExclusion, (case.person_id, account_id))
    if row is None:
        return
    db.session.delete(row)
    db.session.flush()
    log_event(case, "allowed_again", now, by.id, ref=account_id)
    record(by.id, "case.allow_again", "case", case.id, now, case_id=case.id, account=str(account_id))
    _tell(case, account_id, None, now)


def _cases(person_id: uuid.UUID) -> list[uuid.UUID]:
    return list(db.session.scalars(select(Case.id).where(Case.person_id == person_id)))


def _tell(case: Case, account_id: uuid.UUID, reason: str | None, now: datetime) -> None:
    try:
        numbers = tuple(numbers_of(case.person_id))
    except Shredded:
        numbers = ()
    exclusion_changed.send(ExclusionChanged(account_id, reason, tuple(_cases(case.person_id)), numbers, now))
