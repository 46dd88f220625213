"""Show the numbers of a case's person to somebody for whom they are masked. It is on record before they leave."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases.queries import case_for, numbers_of


def reveal_numbers(case_id: uuid.UUID, by: Actor, reason: str, now: datetime) -> list[str]:
    """Her numbers, E.164, the newest first. `reason` is a code of tesa.accounts.reveal.

    Raises NotFound or NotAllowed.
    """
    case = case_for(case_id, by, "number.reveal", now)
    record(by.id, "number.reveal", "person", case.person_id, now, case_id=case.id, reason=reason)
    return numbers_of(case.person_id)
