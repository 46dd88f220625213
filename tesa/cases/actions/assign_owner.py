"""Give a case to another psychologist. A case is never without an owner."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.public import Role, member
from tesa.accounts.rules.policy import Actor
from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import CaseExclusion
from tesa.cases.queries import case_for
from tesa.cases.rules.access import HANDOVER_ACCESS
from tesa.core.db import db
from tesa.core.errors import RuleBroken


def assign_owner(case_id: uuid.UUID, account_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Make `account_id` the owner of the case; the former owner may read it for HANDOVER_ACCESS more.

    Raises NotFound, NotAllowed, or RuleBroken when the new owner is no active psychologist, is the owner already, or
    would give the case to herself: that would open its notes without anybody else knowing.
    """
    case = case_for(case_id, by, "case.assign", now, lock=True)
    person = member(account_id)
    if person is None or not person.active or Role.PSYCHOLOGIST not in person.roles:
        raise RuleBroken(_("Pilih psikolog yang masih bertugas."))
    if account_id == case.owner_id:
        raise RuleBroken(_("Kasus ini sudah dipegang psikolog tersebut."))
    if account_id == by.id:
        raise RuleBroken(_("Anda tidak dapat menyerahkan kasus kepada diri sendiri. Minta koordinator lain."))
    if db.session.get(CaseExclusion, (case.person_id, account_id)) is not None:
        raise RuleBroken(_("Kasus ini tidak boleh ditawarkan kepada psikolog tersebut."))
    former, case.owner_id = case.owner_id, account_id
    log_event(case, "assigned", now, by.id, ref=account_id)
    record(by.id, "case.assign", "case", case.id, now, case_id=case.id, owner=str(account_id), former=str(former))
    grant_access(case.id, former, now + HANDOVER_ACCESS, now)
