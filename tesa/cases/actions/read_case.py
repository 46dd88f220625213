"""Open a case's page. What is shown of the person is on record before it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases import sealing
from tesa.cases.models import Case, CaseEvent, Person, SafeContactPlan
from tesa.cases.queries import case_for, numbers_of, standing_to
from tesa.cases.rules.safe_contact import Answer, SafeAnswers, hours_of, stale
from tesa.core.db import db
from tesa.core.vault import Shredded
from tesa.telephony.numbers import masked

EVENTS = 20
"""Events shown at a time."""


@dataclass(frozen=True)
class PersonCard:
    """The person of a case, as far as the reader may see her. The numbers are masked for whoever may not read them."""

    name: str = field(repr=False)  # empty for those who may not read it, and when she gave none
    alias: str = field(repr=False)
    numbers: Sequence[str] = field(repr=False)
    gender: str | None
    birth_year: int | None
    gone_at: datetime | None = None  # when who she was has been destroyed


@dataclass(frozen=True)
class PlanCard:
    """Her safe-contact plan. `stale`: it is time to ask again. Hours and code word are empty for coordinators."""

    answers: SafeAnswers
    asked_at: datetime | None
    stale: bool


@dataclass(frozen=True)
class EventView:
    """One event of the timeline: codes and ids."""

    number: int
    at: datetime
    code: str
    actor_id: uuid.UUID | None
    ref: uuid.UUID | None
    detail: str | None


@dataclass(frozen=True)
class CaseView:
    """A case as one reader sees it; `acts` is what she may do with it."""

    id: uuid.UUID
    number: str
    status: str
    risk: str | None
    owner_id: uuid.UUID
    opened_at: datetime
    closed_at: datetime | None
    closure_reason: str | None
    acts: frozenset[str]
    person: PersonCard
    plan: PlanCard
    events: Sequence[EventView]
    earlier: bool  # are there events before these?


def read_case(case_id: uuid.UUID, reader: Actor, now: datetime, before: int | None = None) -> CaseView:
    """The case as `reader` may see it, with the newest EVENTS events (`before`: those with a smaller number).

    Raises NotFound when she may not know of it.
    """
    case = case_for(case_id, reader, "case.read", now)
    may = standing_to(case, reader, now).acts(case.status)
    whole = "person.read" in may
    record(reader.id, "case.read", "case", case.id, now, case_id=case.id, person=whole)
    events = _events(case.id, before)
    return CaseView(
        id=case.id,
        number=case.number,
        status=case.status,
        risk=case.risk,
        owner_id=case.owner_id,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        closure_reason=case.closure_reason,
        acts=may,
        person=_person(case, whole=whole),
        plan=_plan(case, now, whole=whole),
        events=events[:EVENTS],
        earlier=len(events) > EVENTS,
    )


def _events(case_id: uuid.UUID, before: int | None) -> list[EventView]:
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.number.desc()).limit(EVENTS + 1)
    if before is not None:
        query = query.where(CaseEvent.number < before)
    return [EventView(e.number, e.at, e.code, e.actor_id, e.ref, e.detail) for e in db.session.scalars(query)]


def _person(case: Case, *, whole: bool) -> PersonCard:
    person = db.session.get_one(Person, case.person_id)
    try:
        return _known(person, whole=whole)
    except Shredded as gone:
        return PersonCard("", "", (), person.gender, person.birth_year, gone.at)


def _known(person: Person, *, whole: bool) -> PersonCard:
    return PersonCard(
        name=sealing.open_name(person) if whole else "",
        alias=sealing.open_alias(person),
        numbers=[number if whole else masked(number) for number in numbers_of(person.id)],
        gender=person.gender,
        birth_year=person.birth_year,
    )


def _plan(case: Case, now: datetime, *, whole: bool) -> PlanCard:
    plan = db.session.get(SafeContactPlan, case.person_id)
    if plan is None:
        return PlanCard(SafeAnswers(), None, stale=True)
    try:
        answers = sealing.open_plan(plan)
    except Shredded:
        whole = False
    if not whole:
        between = hours_of(plan.safe_from, plan.safe_until)
        answers = SafeAnswers(Answer(plan.safe_to_call), Answer(plan.safe_to_message), between=between)
    return PlanCard(answers, plan.asked_at, stale=stale(plan.asked_at, now))
