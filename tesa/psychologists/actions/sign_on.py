"""Somebody on duty may be rung again."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.core.errors import RuleBroken
from tesa.psychologists.actions.carry_out_order import order_in_force
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.rules.presence import State


def sign_on(account_id: uuid.UUID, now: datetime) -> None:
    """Paused, off or wrap-up becomes free; whoever rings or talks stays as she is.

    Raises RuleBroken when a coordinator has ended her duty: then a coordinator lets her back.
    """
    if order_in_force(account_id, now) is not None:
        raise RuleBroken(_("Koordinator mengakhiri tugas Anda. Hubungi koordinator bila Anda siap lagi."))
    if change_presence(account_id, [State.PAUSED, State.OFF, State.WRAPUP], State.FREE, now, reachable_at=now):
        audit.record(account_id, "duty.on", "account", account_id, now)
