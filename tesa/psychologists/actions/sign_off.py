"""Somebody goes home before her duty ends."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.psychologists.actions.pause import step_aside
from tesa.psychologists.rules.presence import State


def sign_off(account_id: uuid.UUID, now: datetime) -> None:
    """She is not rung until her present duty is over; her next one finds her free. Off duty it does nothing.

    Raises RuleBroken while her telephone rings or she talks.
    """
    step_aside(account_id, State.OFF, now)
