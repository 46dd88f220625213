"""Destroy all that belongs to a case, because two people decided so."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.cases.actions.shred_notes import shred_notes
from tesa.cases.actions.shred_person import shred_person
from tesa.cases.endings import hold_still, others_kept, person_of
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.intake.actions.shred_contact import shred_contact
from tesa.intake.endings import contacts_of
from tesa.outreach.actions.shred_dispatch import shred_dispatch
from tesa.outreach.endings import dispatches_of
from tesa.retention.queries import hold_on
from tesa.retention.rules.keeping import Why


def shred_case(case_id: uuid.UUID, proposer: uuid.UUID, approver: uuid.UUID, now: datetime) -> None:
    """Destroy the notes of the case, its contacts and dispatches, and its person unless another case of hers is kept.

    Raises NotFound, or RuleBroken while the case is held or anything of it is under way; then nothing is destroyed.
    """
    check_may_go(case_id, now)
    person_id, keeps_person = person_of(case_id), others_kept(case_id)
    record(approver, "case.shred", "case", case_id, now, case_id=case_id, proposer=str(proposer))
    for contact_id in db.session.scalars(contacts_of([case_id])).all():
        shred_contact(contact_id, Why.BY_HAND, approver, now)
    for dispatch_id in db.session.scalars(dispatches_of([case_id])).all():
        shred_dispatch(dispatch_id, Why.BY_HAND, approver, now)
    shred_notes(case_id, Why.BY_HAND, approver, now)
    if person_id is not None and not keeps_person:
        shred_person(person_id, Why.BY_HAND, approver, now, case_id)


def check_may_go(case_id: uuid.UUID, now: datetime) -> None:
    """Lock the case. Raises NotFound when there is none, RuleBroken while it is held."""
    if not hold_still(case_id):
        raise NotFound
    if hold_on(case_id, now) is not None:
        raise RuleBroken(_("Kasus ini ditahan dan tidak boleh dihapus."))
