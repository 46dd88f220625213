"""A coordinator's order that ends a duty takes effect once she neither rings nor talks."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.models import DutyOrder
from tesa.psychologists.public import duty_ends
from tesa.psychologists.queries import order_for
from tesa.psychologists.rules.presence import State

NOT_IN_A_CALL = (State.FREE, State.WRAPUP, State.PAUSED, State.OFF)


def carry_out_order(account_id: uuid.UUID, now: datetime) -> None:
    """She becomes off until her duty ends, if a coordinator has ordered it; after that duty the order is over."""
    order = order_in_force(account_id, now)
    if order is None:
        return
    ends_at = duty_ends(account_id, now)
    if ends_at is not None and change_presence(
        account_id, NOT_IN_A_CALL, State.OFF, now, until=ends_at, reason=order.reason
    ):
        order.done_at = order.done_at or now


def order_in_force(account_id: uuid.UUID, now: datetime) -> DutyOrder | None:
    """The order that holds for her present duty. One that was given before this duty began is ended here."""
    order = order_for(account_id)
    if order is not None and (duty_ends(account_id, order.given_at) or now) <= now:
        order.ended_at = now
        db.session.flush()
        return None
    return order
