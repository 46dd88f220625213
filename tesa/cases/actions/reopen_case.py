"""Take a closed case up again."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import Case
from tesa.cases.queries import case_for, open_case_of
from tesa.cases.rules.lifecycle import Step, after
from tesa.core.errors import RuleBroken


def reopen_case(case_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Reopen the case; its risk is to be screened again. Raises RuleBroken when it is not closed, or when the person
    has another case under way."""
    case = case_for(case_id, by, "case.reopen", now, lock=True)
    take_up(case, by.id, now)


def take_up(case: Case, by: uuid.UUID | None, now: datetime, ref: uuid.UUID | None = None) -> None:
    """Reopen `case`, which is locked; `by` None: her return did it, `ref` the contact she returned with."""
    status = after(case.status, Step.REOPEN)
    if status is None:
        raise RuleBroken(_("Kasus ini tidak tertutup."))
    if open_case_of(case.person_id) is not None:
        raise RuleBroken(_("Orang ini sudah memiliki kasus lain yang berjalan."))
    case.status, case.closed_at, case.closure_reason = status, None, None
    log_event(case, "reopened", now, by, ref=ref)
    record(by, "case.reopen", "case", case.id, now, case_id=case.id)
