"""A new one-time link for somebody who is there already. Whoever holds it takes the account over, so it takes two."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.actions.finish_enrolment import offer_enrolment
from tesa.accounts.models import Account
from tesa.accounts.notices import holders, tell
from tesa.accounts.public import Principal, Role
from tesa.accounts.two_person import APPROVED, open_of, propose, redeem
from tesa.core.db import db
from tesa.core.errors import NotFound

ENROLMENT = "account.enrolment"
NEW_LINK = "account.new_link"
"""The notice to the owner of the account."""


def needs_second_person(account_id: uuid.UUID) -> bool:
    """Has the account a password already, and is there a coordinator who can approve?"""
    account = db.session.get(Account, account_id)
    return account is not None and account.password_hash is not None and bool(holders(Role.COORDINATOR))


def renew_link(account_id: uuid.UUID, reason: str, by: Principal, now: datetime) -> str | None:
    """The token of a new link, or None: it has been proposed, and `by` asks again when a coordinator has approved.

    Its owner is told. Raises NotFound, RuleBroken for a reason that is too short, Conflict while it is proposed.
    """
    if db.session.get(Account, account_id) is None:
        raise NotFound
    if needs_second_person(account_id):
        known = open_of(ENROLMENT, account_id, now)
        tell([account_id], NEW_LINK, None, now)
        if known is None or known.state != APPROVED or known.proposed_by != by.id:
            propose(ENROLMENT, account_id, reason, by, now)
            return None
        redeem(ENROLMENT, account_id, by, now)
    return offer_enrolment(account_id, by.id, now)
