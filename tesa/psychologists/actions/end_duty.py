"""A coordinator ends somebody's duty, or ends her pause."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.accounts.notices import tell
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, RuleBroken
from tesa.psychologists.actions.carry_out_order import carry_out_order, order_in_force
from tesa.psychologists.actions.change_presence import change_presence, ensure_presence
from tesa.psychologists.models import DutyOrder
from tesa.psychologists.public import duty_ends
from tesa.psychologists.queries import state_of
from tesa.psychologists.rules.presence import OffReason, State

ENDED, LET_BACK = "duty.ended", "duty.let_back"
"""The notices to her."""


def end_duty(account_id: uuid.UUID, reason: str, by: uuid.UUID, now: datetime) -> bool:
    """She is not rung any more in this duty. True when that holds at once, False when it waits: while her telephone
    rings or she talks nobody takes her out of it, and it takes effect when that is over.

    She is told, and it is on record. Raises RuleBroken for an unknown reason or off duty, Conflict when it is ordered
    already.
    """
    if reason not in set(OffReason):
        raise RuleBroken(_("Pilih alasan dari daftar."))
    if duty_ends(account_id, now) is None:
        raise RuleBroken(_("Ia tidak sedang bertugas."))
    if order_in_force(account_id, now) is not None:
        raise Conflict(_("Tugasnya sudah diakhiri."))
    ensure_presence([account_id], now)
    order = DutyOrder(id=new_id(), account_id=account_id, reason=reason, given_by=by, given_at=now)
    db.session.add(order)
    db.session.flush()
    carry_out_order(account_id, now)
    tell([account_id], ENDED, None, now, urgent=True)
    audit.record(by, "duty.end_other", "account", account_id, now, reason=reason, at_once=order.done_at is not None)
    return order.done_at is not None


def let_back(account_id: uuid.UUID, by: uuid.UUID, now: datetime) -> None:
    """Her pause, or the end of her duty, is over: she is rung again, and told so. While she rings or talks only the
    order that waits is taken back. Raises RuleBroken when there is nothing to end.
    """
    order = order_in_force(account_id, now)
    if order is None and state_of(account_id, now) not in (State.PAUSED, State.OFF):
        raise RuleBroken(_("Ia tidak sedang jeda."))
    if order is not None:
        order.ended_at = now
    change_presence(account_id, [State.PAUSED, State.OFF], State.FREE, now, reachable_at=now)
    tell([account_id], LET_BACK, None, now, urgent=True)
    audit.record(by, "duty.let_back", "account", account_id, now)
