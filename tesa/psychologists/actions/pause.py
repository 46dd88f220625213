"""Somebody on duty asks not to be rung for a while."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.core.errors import RuleBroken
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.public import duty_ends
from tesa.psychologists.rules.presence import PauseReason, State

BETWEEN_CALLS = (State.FREE, State.WRAPUP, State.PAUSED, State.OFF)


def pause(account_id: uuid.UUID, reason: str, now: datetime) -> None:
    """She is not rung until she signs on again, at most until her duty ends. Off duty there is nothing to pause.

    `reason` is a PauseReason. Raises RuleBroken for another reason, or while her telephone rings or she talks.
    """
    if reason not in set(PauseReason):
        raise RuleBroken(_("Pilih alasan jeda dari daftar."))
    step_aside(account_id, State.PAUSED, now, reason)


def step_aside(account_id: uuid.UUID, become: State, now: datetime, reason: str | None = None) -> None:
    """Paused or off until her duty ends; RuleBroken while her telephone rings or she talks."""
    ends_at = duty_ends(account_id, now)
    if ends_at is None:
        return
    if not change_presence(account_id, BETWEEN_CALLS, become, now, until=ends_at, reason=reason):
        raise RuleBroken(_("Telepon Anda sedang berdering atau Anda sedang bicara. Selesaikan itu dulu."))
    by = None if reason == PauseReason.MISSED_OFFERS else account_id
    audit.record(by, f"duty.{become}", "account", account_id, now, reason=reason)
