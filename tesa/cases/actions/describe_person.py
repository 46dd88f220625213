"""Keep who a person is: the name she gave, the alias by which she may be spoken of, gender and year of birth."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases import sealing
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import Person
from tesa.cases.queries import case_for
from tesa.cases.rules.people import may_be_born
from tesa.core.db import db
from tesa.core.errors import RuleBroken


def describe_person(
    case_id: uuid.UUID,
    name: str,
    alias: str,
    gender: str | None,
    birth_year: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Keep the description of the person of this case; each part may be missing. `gender` is "P", "L" or None.

    Raises NotFound, NotAllowed, or RuleBroken for a year in which nobody living was born.
    """
    case = case_for(case_id, by, "person.describe", now, lock=True)
    if birth_year is not None and not may_be_born(birth_year, now):
        raise RuleBroken(_("Tahun lahir ini tidak mungkin."))
    person = db.session.get_one(Person, case.person_id)
    sealing.seal_person(person, name.strip(), alias.strip())
    person.gender = gender if gender in ("P", "L") else None
    person.birth_year = birth_year
    log_event(case, "person", now, by.id)
    record(by.id, "person.describe", "person", person.id, now, case_id=case.id)
