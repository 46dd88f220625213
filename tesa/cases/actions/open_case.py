"""Find the case of a person, take a closed one up again, or open a new one."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from tesa.accounts.audit import record
from tesa.cases import sealing
from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.log_event import log_event
from tesa.cases.actions.raise_risk import raise_risk
from tesa.cases.actions.reopen_case import take_up
from tesa.cases.models import Case, CaseCounter, Person, PersonNumber
from tesa.cases.queries import cases_of, locked, locked_person, numbers_of
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.cases.rules.lifecycle import CaseStatus, comes_back
from tesa.cases.rules.numbering import case_number, year_of
from tesa.cases.rules.risk import Risk, riskier
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound
from tesa.core.vault import vault
from tesa.telephony.inbound import settings


def open_case(
    person_id: uuid.UUID | None,
    name: str,
    number: str | None,
    contact_id: uuid.UUID | None,
    owner_id: uuid.UUID,
    risk: str | None,
    now: datetime,
    alias: str = "",
) -> uuid.UUID:
    """The id of the case that `owner_id`, a psychologist, works on for a person from now on.

    `person_id` None makes a new person called `name` (empty: she gave none). A known person keeps her name; her open
    case is found (its owner stays, `owner_id` may work on it for a day), a case closed earlier is taken up again by
    `owner_id`, else a new case is opened. `number` (E.164 or None) is added to the person's numbers. `risk` raises the
    case's risk, and never lowers it. Raises NotFound for an unknown `person_id`.
    """
    person = _new_person(name, alias, now) if person_id is None else locked_person(person_id)
    if person is None:
        raise NotFound
    if number:
        _add_number(person.id, number, now)
    known = cases_of([person.id])
    under_way = next((c for c in known if c.status != CaseStatus.CLOSED), None)
    if under_way is not None:
        grant_access(under_way.id, owner_id, now + CONTACT_ACCESS, now)
        if risk is not None:
            raise_risk(under_way.id, risk, owner_id, now)
        return under_way.id
    last = next(iter(known), None)
    if last is not None and comes_back(last.closure_reason):
        return _take_up(last.id, owner_id, contact_id, risk, now)
    return _open(person, owner_id, contact_id, risk, now)


def _new_person(name: str, alias: str, now: datetime) -> Person:
    person = Person(id=new_id(), gender=None, birth_year=None, created_at=now)
    sealing.seal_person(person, name.strip(), alias.strip())
    db.session.add(person)
    db.session.flush()
    return person


def _add_number(person_id: uuid.UUID, e164: str, now: datetime) -> None:
    if e164 in numbers_of(person_id):
        return
    row_id = new_id()
    db.session.add(
        PersonNumber(
            id=row_id,
            person_id=person_id,
            number_sealed=sealing.seal_number(row_id, person_id, e164),
            number_index=vault.blind_index("number", e164),
            added_at=now,
        )
    )
    db.session.flush()


def _take_up(
    case_id: uuid.UUID, owner_id: uuid.UUID, contact_id: uuid.UUID | None, risk: str | None, now: datetime
) -> uuid.UUID:
    case = locked(case_id)
    if case is None:
        raise NotFound
    take_up(case, owner_id, now, ref=contact_id)
    if case.owner_id != owner_id:
        case.owner_id = owner_id
        log_event(case, "assigned", now, owner_id, ref=owner_id)
    case.risk = riskier(case.risk, risk)
    return case.id


def _open(
    person: Person, owner_id: uuid.UUID, contact_id: uuid.UUID | None, risk: str | None, now: datetime
) -> uuid.UUID:
    year = year_of(now, settings().time_zone)
    case = Case(
        id=new_id(),
        number=case_number(year, _next_number(year)),
        person_id=person.id,
        owner_id=owner_id,
        status=CaseStatus.INTAKE,
        risk=None if risk is None else Risk(risk),
        opened_at=now,
        closed_at=None,
        closure_reason=None,
        events=0,
        last_event_at=now,
    )
    db.session.add(case)
    db.session.flush()
    log_event(case, "opened", now, owner_id, ref=contact_id)
    record(owner_id, "case.open", "case", case.id, now, case_id=case.id)
    return case.id


def _next_number(year: int) -> int:
    """The next running number of `year`. The counter's row stays locked until the transaction ends, so that numbers
    are given in the order of commits and a rolled-back case gives its number back."""
    take = (
        update(CaseCounter)
        .where(CaseCounter.year == year)
        .values(last=CaseCounter.last + 1)
        .returning(CaseCounter.last)
    )
    taken = db.session.scalar(take)
    if taken is None:
        first = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        db.session.execute(first(CaseCounter).values(year=year, last=0).on_conflict_do_nothing())
        taken = db.session.scalar(take)
    if taken is None:
        raise RuntimeError(f"the counter of {year} vanished")
    return taken
