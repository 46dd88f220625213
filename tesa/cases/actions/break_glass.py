"""Open one case for an hour without having a part in it. Everybody concerned is told at the same moment."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.notices import holders, tell
from tesa.accounts.public import Role
from tesa.accounts.rules.policy import Actor
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import BreakGlass
from tesa.cases.queries import case_for, standing_to
from tesa.cases.rules.glass import MOST_A_DAY, OPEN_FOR, REVIEW_WITHIN, fits
from tesa.cases.sealing import glass_field
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, RuleBroken
from tesa.core.vault import vault
from tesa.telephony.inbound import settings

OPENED, OPENED_OWN = "break_glass.opened", "break_glass.own"
"""The notices: to the other coordinators (the object is the opening), and to the owner (the object is her case)."""


def break_glass(case_id: uuid.UUID, reason: str, by: Actor, now: datetime) -> uuid.UUID:
    """Let `by` read the person and the notes of the case for OPEN_FOR; the id of the opening.

    Its owner and the other coordinators are told. Raises NotFound, NotAllowed, or RuleBroken: for a reason that is too
    short, when she may read the notes anyway, and when she has done so MOST_A_DAY times today.
    """
    case = case_for(case_id, by, "break_glass.open", now, lock=True)
    if standing_to(case, by, now).may("note.read", case.status):
        raise RuleBroken(_("Catatan kasus ini sudah terbuka bagi Anda."))
    if not fits(reason):
        raise RuleBroken(_("Tulis alasannya, sedikitnya 20 dan paling banyak 2.000 karakter."))
    row_id = new_id()
    sealed = vault.seal(glass_field(row_id, case.id, "reason"), reason.strip())
    _keep(row_id, case.id, by.id, sealed, now)
    log_event(case, "glass_broken", now, by.id, ref=row_id)
    record(by.id, "break_glass.open", "break_glass", row_id, now, case_id=case.id, reason=sealed_hash(sealed))
    tell([case.owner_id], OPENED_OWN, case.id, now)
    tell(holders(Role.COORDINATOR) - {by.id, case.owner_id}, OPENED, row_id, now)
    return row_id


def _keep(row_id: uuid.UUID, case_id: uuid.UUID, account_id: uuid.UUID, sealed: bytes, now: datetime) -> None:
    """The row, as the next of this person's day. Two at the same moment get the same number: one of them goes in."""
    day = now.astimezone(settings().time_zone).date()
    today = select(func.count()).select_from(BreakGlass)
    done = db.session.scalar(today.where(BreakGlass.account_id == account_id, BreakGlass.day == day)) or 0
    if done >= MOST_A_DAY:
        raise RuleBroken(_("Hari ini Anda sudah tiga kali memakai pecah kaca. Minta koordinator lain."))
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "id": row_id,
        "case_id": case_id,
        "account_id": account_id,
        "day": day,
        "nth": done + 1,
        "reason_sealed": sealed,
        "opened_at": now,
        "until": now + OPEN_FOR,
        "alarm_at": now + REVIEW_WITHIN,
    }
    put = dialect.insert(BreakGlass).values(values).on_conflict_do_nothing().returning(BreakGlass.id)
    if db.session.scalar(put) is None:
        raise Conflict(_("Anda sedang membuka kasus lain dengan pecah kaca. Coba sekali lagi."))
