"""Carry a rule out on one thing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from tesa.cases.actions.shred_notes import shred_notes
from tesa.cases.actions.shred_person import shred_person
from tesa.cases.endings import hold_still
from tesa.intake.actions.shred_contact import shred_contact
from tesa.intake.actions.shred_flag import shred_flag
from tesa.intake.actions.shred_oddity import shred_oddity
from tesa.outreach.actions.shred_dispatch import shred_dispatch
from tesa.retention.queries import cases_behind, is_due
from tesa.retention.rules.keeping import Rule, Thing, Why

_SHRED: Mapping[Thing, Callable[[uuid.UUID, str, uuid.UUID | None, datetime], None]] = {
    Thing.CONTACT: shred_contact,
    Thing.PERSON: shred_person,
    Thing.NOTE: shred_notes,
    Thing.DISPATCH: shred_dispatch,
    Thing.ODDITY: shred_oddity,
    Thing.FLAG: shred_flag,
}


def shred_thing(rule: Rule, thing_id: uuid.UUID, now: datetime) -> bool:
    """Destroy the thing if it is due under `rule`; False when it is not, or not any more.

    Its cases are locked first: whoever puts one on hold, takes it up again or writes on it comes before or after.
    """
    for case_id in sorted(cases_behind(rule.thing, thing_id)):
        hold_still(case_id)
    if not is_due(rule, thing_id, now):
        return False
    _SHRED[rule.thing](thing_id, Why.RETENTION, None, now)
    return True
