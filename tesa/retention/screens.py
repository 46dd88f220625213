"""What the pages of retention show: rules, counts and codes; nothing of anybody's words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from tesa.accounts.public import emails
from tesa.accounts.two_person import open_of
from tesa.cases.endings import numbers_of_cases, person_of
from tesa.core.db import db
from tesa.core.vault.shredding import shredded_at
from tesa.intake.endings import contacts_of
from tesa.outreach.endings import dispatches_of
from tesa.retention.models import LegalHold
from tesa.retention.proposals import CHANGE, SHRED, rule_id
from tesa.retention.queries import changes, count_due, hold_on, holds, rules
from tesa.retention.rules.keeping import Rule, Thing

AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class RuleRow:
    """A rule, how much is due by it now and within AHEAD (that included), and who changed it when."""

    rule: Rule
    due_now: int
    due_soon: int
    changed_by: str | None
    changed_at: datetime | None
    proposed: bool  # does a change of it wait for a second person?


@dataclass(frozen=True)
class HoldRow:
    """A case on hold."""

    case_id: uuid.UUID
    number: str
    reason: str
    set_by: str
    since: datetime
    last_day: datetime | None  # its last second; None: until somebody lifts it


@dataclass(frozen=True)
class CaseState:
    """What may be destroyed of one case, what keeps it, and what has been destroyed."""

    id: uuid.UUID
    number: str
    hold: HoldRow | None
    contacts: int
    dispatches: int
    notes_gone_at: datetime | None
    person_gone_at: datetime | None
    proposed: bool


def rule_rows(now: datetime) -> list[RuleRow]:
    """All rules with what is due by them."""
    changed = changes()
    people = emails(row.changed_by for row in changed.values())
    return [_rule_row(thing, rule, now, changed.get(thing), people) for thing, rule in rules().items()]


def _rule_row(thing: Thing, rule: Rule, now: datetime, changed: object, people: dict[uuid.UUID, str]) -> RuleRow:
    by, at = (getattr(changed, "changed_by", None), getattr(changed, "changed_at", None))
    return RuleRow(
        rule,
        count_due(rule, now),
        count_due(rule, now, AHEAD),
        people.get(by) if by else None,
        at,
        open_of(CHANGE, rule_id(thing), now) is not None,
    )


def hold_rows(now: datetime) -> list[HoldRow]:
    """All cases on hold, those held longest first."""
    return _hold_rows(holds(now))


def _hold_rows(held: list[LegalHold]) -> list[HoldRow]:
    numbers = numbers_of_cases([hold.case_id for hold in held])
    people = emails(hold.set_by for hold in held)
    return [
        HoldRow(h.case_id, numbers[h.case_id], h.reason, people.get(h.set_by, ""), h.since, _last(h.until)) for h in held
    ]  # fmt: skip


def _last(until: datetime | None) -> datetime | None:
    return until - timedelta(seconds=1) if until else None


def case_state(case_id: uuid.UUID, now: datetime) -> CaseState | None:
    """One case; None when there is none."""
    person_id = person_of(case_id)
    if person_id is None:
        return None
    hold = hold_on(case_id, now)
    return CaseState(
        id=case_id,
        number=numbers_of_cases([case_id])[case_id],
        hold=_hold_rows([hold])[0] if hold else None,
        contacts=len(db.session.scalars(contacts_of([case_id])).all()),
        dispatches=len(db.session.scalars(dispatches_of([case_id])).all()),
        notes_gone_at=shredded_at(case_id, "note"),
        person_gone_at=shredded_at(person_id, "contact"),
        proposed=open_of(SHRED, case_id, now) is not None,
    )
