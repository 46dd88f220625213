"""Destroy the notes of a case for good: their key, and the drafts."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from tesa.accounts.audit import record
from tesa.cases.models import Case, CaseEvent, NoteDraft
from tesa.cases.queries import locked
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.vault.shredding import rested, shred


def shred_notes(case_id: uuid.UUID, why: str, by: uuid.UUID | None, now: datetime) -> None:
    """Destroy what the case's notes and drafts say; `by` None: the rule did it, `why` is a code.

    Raises NotFound, or RuleBroken while the case is under way or something was written in the last minute: another
    process could then still write under the key that goes.
    """
    case = locked(case_id)
    if case is None:
        raise NotFound
    check_at_rest(case, now)
    keys = shred(case.id, "note", why, now)
    let_drafts_go(case.id)
    case.events += 1  # not `log_event`: an old case must not come up in the lists as if something had happened
    db.session.add(
        CaseEvent(case_id=case.id, number=case.events, at=now, code="shredded", actor_id=by, ref=None, detail=why)
    )
    db.session.flush()
    record(by, "key.shredded", "case", case.id, now, case_id=case.id, klass="note", why=why, keys=keys)


def check_at_rest(case: Case, now: datetime) -> None:
    """Raise RuleBroken unless `case` is closed and nothing was written on it within the last minute."""
    if case.status != CaseStatus.CLOSED:
        raise RuleBroken(_("Tutup kasus ini dahulu. Hanya kasus yang ditutup yang dapat dihapus isinya."))
    saved = db.session.scalar(select(func.max(NoteDraft.saved_at)).where(NoteDraft.owner_id == case.id))
    if not all(rested(at, now) for at in (case.last_event_at, saved) if at is not None):
        raise RuleBroken(_("Baru saja ada yang ditulis pada kasus ini. Coba lagi dua menit lagi."))


def let_drafts_go(owner_id: uuid.UUID) -> None:
    """Delete the drafts that are sealed under this owner's key: a case, or a contact without one."""
    db.session.execute(delete(NoteDraft).where(NoteDraft.owner_id == owner_id))
