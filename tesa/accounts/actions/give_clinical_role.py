"""A clinical role, proposed by an administrator and approved by a coordinator, is given."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from tesa.accounts.audit import record
from tesa.accounts.models import Account, AccountRole
from tesa.accounts.rules.roles import CLINICAL, Role
from tesa.accounts.sessions import end_sessions_of
from tesa.core.db import db
from tesa.core.errors import RuleBroken


def give_clinical_role(account_id: uuid.UUID, roles: frozenset[Role], approver: uuid.UUID, now: datetime) -> None:
    """Give the account those of `roles` that it has not yet, and sign it out everywhere.

    Raises RuleBroken when nobody active has the account any more, or a role is not a clinical one.
    """
    account = db.session.get(Account, account_id)
    if account is None or not account.active:
        raise RuleBroken(_("Orang ini sudah tidak aktif."))
    if not roles or roles - CLINICAL:
        raise RuleBroken(_("Bukan peran klinis."))
    present = set(db.session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))
    new = sorted(str(role) for role in roles if role not in present)
    db.session.add_all(AccountRole(account_id=account_id, role=role) for role in new)
    db.session.flush()
    if new:
        end_sessions_of(account_id, "role", now)
        record(approver, "staff.role", "account", account_id, now, roles=";".join(new))
