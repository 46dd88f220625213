"""What is due, what is held, and by which rules."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select

from tesa.cases.endings import cases_of_person, cases_with_notes, closed_cases, people_done_with
from tesa.core.db import db
from tesa.intake.endings import case_of_contact, contacts_done_with, flags_done_with, oddities_done_with
from tesa.outreach.endings import case_of_dispatch, dispatches_done_with
from tesa.retention.models import LegalHold, RetentionRule
from tesa.retention.rules.keeping import Rule, Thing, ended_before, rules_with

Ids = Select[uuid.UUID]
Held = list[uuid.UUID]

_DUE: Mapping[Thing, Callable[[datetime, Held], Ids]] = {
    Thing.CONTACT: lambda before, held: contacts_done_with(before, closed_cases(before, held)),
    Thing.PERSON: people_done_with,
    Thing.NOTE: cases_with_notes,
    Thing.DISPATCH: lambda before, held: dispatches_done_with(before, closed_cases(before, held)),
    Thing.ODDITY: lambda before, held: oddities_done_with(before),
    Thing.FLAG: lambda before, held: flags_done_with(before),
}
ORDER = (Thing.ODDITY, Thing.FLAG, Thing.CONTACT, Thing.DISPATCH, Thing.NOTE, Thing.PERSON)


def rules() -> dict[Thing, Rule]:
    """The rules in force."""
    changed = db.session.execute(select(RetentionRule.thing, RetentionRule.days))
    return rules_with({row.thing: row.days for row in changed})


def held_cases(now: datetime) -> Held:
    """The cases of which nothing may be destroyed at `now`."""
    return list(db.session.scalars(select(LegalHold.case_id).where(*_in_force(now))))


def due(rule: Rule, now: datetime) -> Ids:
    """The things of this rule that are to be destroyed at `now`, as a query of their ids."""
    return _DUE[rule.thing](ended_before(rule, now), held_cases(now))


def is_due(rule: Rule, thing_id: uuid.UUID, now: datetime) -> bool:
    """Is this very thing to be destroyed?"""
    ids = due(rule, now).subquery()
    return bool(db.session.scalar(select(func.count()).select_from(ids).where(ids.c.id == thing_id)))


def count_due(rule: Rule, now: datetime, ahead: timedelta = timedelta()) -> int:
    """How many things of this rule will have come to be destroyed `ahead` of now, as things stand."""
    ids = _DUE[rule.thing](ended_before(rule, now + ahead), held_cases(now)).subquery()
    return db.session.scalar(select(func.count()).select_from(ids)) or 0


def cases_behind(thing: Thing, thing_id: uuid.UUID) -> list[uuid.UUID]:
    """The cases that a thing belongs to: a hold on one of them keeps it."""
    if thing is Thing.NOTE:
        return [thing_id]
    if thing is Thing.PERSON:
        return cases_of_person(thing_id)
    if thing in (Thing.ODDITY, Thing.FLAG):
        return []
    case_id = case_of_contact(thing_id) if thing is Thing.CONTACT else case_of_dispatch(thing_id)
    return [case_id] if case_id else []


def hold_on(case_id: uuid.UUID, now: datetime) -> LegalHold | None:
    """The hold that is in force on a case."""
    return db.session.scalar(select(LegalHold).where(LegalHold.case_id == case_id, *_in_force(now)))


def unlifted(case_id: uuid.UUID) -> LegalHold | None:
    """The hold on a case that nobody has lifted; it may be over."""
    return db.session.scalar(select(LegalHold).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None)))


def holds(now: datetime) -> list[LegalHold]:
    """All holds in force, the oldest first."""
    return list(db.session.scalars(select(LegalHold).where(*_in_force(now)).order_by(LegalHold.since)))


def changes() -> dict[str, RetentionRule]:
    """The rules that somebody has changed, by thing."""
    return {row.thing: row for row in db.session.scalars(select(RetentionRule))}


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return LegalHold.lifted_at.is_(None), or_(LegalHold.until.is_(None), LegalHold.until > now)
