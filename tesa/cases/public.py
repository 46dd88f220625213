"""What other slices may ask about persons and cases. Gives frozen values, never models, never a note."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.public import Role, with_role
from tesa.accounts.rules.policy import Actor, Standing
from tesa.cases import sealing
from tesa.cases.exporting import or_gone
from tesa.cases.models import Case, CaseExclusion, Person, SafeContactPlan
from tesa.cases.queries import cases_of, languages_of_number, people_of_number, standing_to
from tesa.cases.rules.export import Table as ExportTable
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.cases.rules.risk import Risk, riskier
from tesa.cases.rules.safe_contact import Answer, How, Occasion, Plan, Why, hours_of, refusal, strictest
from tesa.core.db import db
from tesa.core.vault import Shredded

__all__ = [
    "Answer", "CaseBrief", "Exclusion", "ExportTable", "How", "NumberFacts", "Occasion", "PersonMatch", "Plan", "Risk", "Why", "briefs", "case_brief", "excludable", "excluded", "facts_of_number", "high_risk_case", "language_of_number", "may_read_case",
    "or_gone", "people_with_number", "plan_for", "plan_of_number", "refusal", "riskier", "standing_to_case", "sticky_psychologist",
]  # fmt: skip


ADULT = 18  # years


@dataclass(frozen=True)
class PersonMatch:
    """A person who uses a number. The number may be shared: this is a suggestion, not an identification."""

    person_id: uuid.UUID
    name: str = field(repr=False)  # her name, else her alias; empty when she gave neither
    open_case_id: uuid.UUID | None
    owner_id: uuid.UUID | None  # of the open case
    last_case_number: str | None


@dataclass(frozen=True)
class CaseBrief:
    """A case in codes and ids."""

    id: uuid.UUID
    number: str
    status: str
    risk: str | None
    owner_id: uuid.UUID
    person_id: uuid.UUID


def people_with_number(e164: str) -> list[PersonMatch]:
    """The persons who use this number (E.164), those with an open case first. Whoever shows names audits it."""
    ids = people_of_number(e164)
    people = {p.id: p for p in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    cases: dict[uuid.UUID, list[Case]] = {}
    for case in cases_of(ids):
        cases.setdefault(case.person_id, []).append(case)
    matches = [_match(people[i], cases.get(i, [])) for i in ids]
    return sorted(matches, key=lambda m: m.open_case_id is None)


def _match(person: Person, cases: list[Case]) -> PersonMatch:
    under_way = next((c for c in cases if c.status != CaseStatus.CLOSED), None)
    return PersonMatch(
        person_id=person.id,
        name=_name(person),
        open_case_id=under_way.id if under_way else None,
        owner_id=under_way.owner_id if under_way else None,
        last_case_number=cases[0].number if cases else None,
    )


def _name(person: Person) -> str:
    try:
        return sealing.open_name(person) or sealing.open_alias(person)
    except Shredded:  # between its destruction and that of her numbers
        return ""


def plan_of_number(e164: str) -> str:
    """Is it safe to call this number: "yes", "no" or "unknown"? Of several persons who use it, any no wins."""
    ids = people_of_number(e164)
    if not ids:
        return "unknown"
    answers = db.session.scalars(select(SafeContactPlan.safe_to_call).where(SafeContactPlan.person_id.in_(ids)))
    return strictest(answers).value


def plan_for(e164: str | None, case_id: uuid.UUID | None) -> Plan:
    """What holds for reaching whoever uses this number, and the person of this case: the strictest of all plans."""
    ids = set(people_of_number(e164)) if e164 else set()
    if case_id is not None:
        ids |= set(db.session.scalars(select(Case.person_id).where(Case.id == case_id)))
    if not ids:
        return Plan()
    query = select(
        SafeContactPlan.safe_to_call,
        SafeContactPlan.safe_to_message,
        SafeContactPlan.safe_from,
        SafeContactPlan.safe_until,
    ).where(SafeContactPlan.person_id.in_(ids))
    rows = db.session.execute(query).all()
    hours = (hours_of(row.safe_from, row.safe_until) for row in rows)
    return Plan(
        strictest(row.safe_to_call for row in rows),
        strictest(row.safe_to_message for row in rows),
        tuple(h for h in hours if h is not None),
    )


def sticky_psychologist(e164: str, now: datetime) -> uuid.UUID | None:
    """The owner of the open case of whoever uses this number; the one with the latest event when there are several."""
    under_way = [c for c in cases_of(people_of_number(e164)) if c.status != CaseStatus.CLOSED]
    latest = max(under_way, key=lambda c: c.last_event_at, default=None)
    return latest.owner_id if latest else None


def language_of_number(e164: str) -> str | None:
    """The language (id, en, su, jv) in which whoever uses this number wants to be greeted; None: unknown, or unclear."""
    languages = languages_of_number(e164)
    return languages.pop() if len(languages) == 1 else None


@dataclass(frozen=True)
class NumberFacts:
    """What a call from a number means before anybody has spoken with her.

    `child`: everybody who is known to use it is a child; `excluded`: who is never offered her.
    """

    high_risk: bool = False
    child: bool = False
    excluded: frozenset[uuid.UUID] = frozenset()


def facts_of_number(e164: str, now: datetime) -> NumberFacts:
    """What is known of whoever uses this number (E.164)."""
    ids = people_of_number(e164)
    if not ids:
        return NumberFacts()
    years = list(db.session.scalars(select(Person.birth_year).where(Person.id.in_(ids))))
    return NumberFacts(
        high_risk=any(_is_grave(case) for case in cases_of(ids)),
        child=all(year is not None and now.year - year < ADULT for year in years),
        excluded=_excluded(ids),
    )


def excluded(e164: str | None, case_id: uuid.UUID | None = None) -> frozenset[uuid.UUID]:
    """The accounts that are never offered whoever uses this number, or the person of this case. Raises KeysAway only
    when a number is given.
    """
    ids = set(people_of_number(e164)) if e164 else set()
    if case_id is not None:
        ids |= set(db.session.scalars(select(Case.person_id).where(Case.id == case_id)))
    return _excluded(ids)


@dataclass(frozen=True)
class Exclusion:
    """Somebody who is never offered a person or a contact, and the code of the reason."""

    account_id: uuid.UUID
    email: str
    reason: str


def excludable(but: Collection[uuid.UUID]) -> list[tuple[str, str]]:
    """Id and e-mail address of all who could be rung for a caller, but those."""
    people = {m.id: m.email for role in (Role.PSYCHOLOGIST, Role.COORDINATOR) for m in with_role(role)}
    return sorted(((str(i), email) for i, email in people.items() if i not in but), key=lambda pair: pair[1])


def _excluded(person_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    ids = list(person_ids)
    if not ids:
        return frozenset()
    return frozenset(db.session.scalars(select(CaseExclusion.account_id).where(CaseExclusion.person_id.in_(ids))))


def high_risk_case(e164: str) -> uuid.UUID | None:
    """An open case of high risk or emergency of somebody who uses this number (E.164), the latest one; else None."""
    grave = [case for case in cases_of(people_of_number(e164)) if _is_grave(case)]
    latest = max(grave, key=lambda c: c.last_event_at, default=None)
    return latest.id if latest else None


def _is_grave(case: Case) -> bool:
    return case.status != CaseStatus.CLOSED and case.risk in (Risk.HIGH, Risk.EMERGENCY)


def case_brief(case_id: uuid.UUID) -> CaseBrief | None:
    """One case in codes and ids."""
    return briefs([case_id]).get(case_id)


def briefs(case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, CaseBrief]:
    """Several cases in codes and ids; unknown ids are left out."""
    wanted = set(case_ids)
    if not wanted:
        return {}
    rows = db.session.scalars(select(Case).where(Case.id.in_(wanted)))
    return {c.id: CaseBrief(c.id, c.number, c.status, c.risk, c.owner_id, c.person_id) for c in rows}


def standing_to_case(case_id: uuid.UUID, actor: Actor, now: datetime) -> Standing:
    """What `actor` (a signed-in person) is to the case; nothing, when there is no such case."""
    case = db.session.get(Case, case_id)
    return Standing(actor.roles) if case is None else standing_to(case, actor, now)


def may_read_case(case_id: uuid.UUID, actor: Actor, now: datetime) -> bool:
    """May `actor` see this case at all? Whether she sees its person is another question."""
    return standing_to_case(case_id, actor, now).may("case.read")
