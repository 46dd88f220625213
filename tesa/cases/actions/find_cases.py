"""Look for cases by a telephone number or a case number."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases.models import Case
from tesa.cases.queries import cases_of, people_of_number, standing_to
from tesa.cases.rules.numbering import as_case_number
from tesa.core.db import db
from tesa.telephony.numbers import normalised


def find_cases(text: str, by: Actor, now: datetime) -> list[uuid.UUID]:
    """The ids of the cases that `text` (a telephone number or a case number) finds, the newest first.

    Only those that `by` may see; that somebody looked is on record, the number is not.
    """
    number = as_case_number(text)
    if number is not None:
        found = list(db.session.scalars(select(Case).where(Case.number == number)))
    else:
        e164 = normalised(text)
        found = list(cases_of(people_of_number(e164))) if e164 else []
    seen = [case.id for case in found if standing_to(case, by, now).may("case.read", case.status)]
    way = "case_number" if number is not None else "telephone"
    record(by.id, "case.find", "case", seen[0] if len(seen) == 1 else None, now, way=way, found=len(seen))
    return seen
