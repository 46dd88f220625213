"""Keep what a person said about how she may be reached."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases import sealing
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import SafeContactPlan
from tesa.cases.queries import case_for
from tesa.cases.rules.safe_contact import SafeAnswers, minute
from tesa.core.db import db


def set_safe_contact(case_id: uuid.UUID, answers: SafeAnswers, by: Actor, now: datetime) -> None:
    """Keep `answers` as the plan of the person of this case, asked now. Raises NotFound or NotAllowed."""
    case = case_for(case_id, by, "person.safe_contact", now, lock=True)
    plan = db.session.get(SafeContactPlan, case.person_id)
    if plan is None:
        plan = SafeContactPlan(person_id=case.person_id, revision=0)
        db.session.add(plan)
    plan.revision += 1
    plan.safe_to_call, plan.safe_to_message = answers.to_call.value, answers.to_message.value
    between = answers.between
    plan.safe_from = None if between is None else minute(between.since)
    plan.safe_until = None if between is None else minute(between.until)
    plan.asked_at, plan.asked_by = now, by.id
    with db.session.no_autoflush:
        sealing.seal_plan(plan, answers)
    log_event(case, "safe_contact", now, by.id)
    record(
        by.id, "person.safe_contact", "person", case.person_id, now,
        case_id=case.id, call=answers.to_call.value, message=answers.to_message.value,
    )  # fmt: skip
