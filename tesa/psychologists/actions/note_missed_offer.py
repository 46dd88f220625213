"""An offer was not taken in time."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import update

from tesa.accounts import audit
from tesa.accounts.notices import holders, tell
from tesa.accounts.rules.roles import Role
from tesa.core.db import db, new_id
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.models import DutyMiss, DutyPresence
from tesa.psychologists.public import ROUTED, duty_ends
from tesa.psychologists.queries import missed_in_a_row, on_duty_at
from tesa.psychologists.rules.presence import AfterMiss, PauseReason, State, after_miss
from tesa.psychologists.rules.rota import Line, Tier
from tesa.psychologists.rules.routing import MISSED_IN_A_ROW

PAUSED, LAST_ONE = "duty.paused_missed", "duty.last_one_missed"
"""The notices to the coordinators: she was paused; she goes on being rung because nobody else is free."""
PAUSED_HERSELF = "duty.paused_you"
"""The notice to her."""


def note_missed_offer(account_id: uuid.UUID, now: datetime) -> AfterMiss:
    """Count it: for a quarter of an hour she is rung after those who missed fewer.

    The second one in a row pauses her and tells the coordinators on duty (or all coordinators), unless nobody else
    could be rung: then she goes on being rung, and the coordinators are told that. Gives what followed.
    """
    db.session.add(DutyMiss(id=new_id(), account_id=account_id, at=now))
    db.session.flush()
    duty = on_duty_at(Line.HOTLINE, now)
    others = [State(d.state) for d in duty if d.account_id != account_id and d.tier in ROUTED]
    in_a_row = missed_in_a_row([account_id], now, MISSED_IN_A_ROW).get(account_id, 0)
    verdict = after_miss(in_a_row, others) if any(d.account_id == account_id for d in duty) else AfterMiss.NOTHING
    if verdict is AfterMiss.PAUSE and not _paused(account_id, now):
        return AfterMiss.NOTHING
    if verdict is not AfterMiss.NOTHING:
        on_line = {d.account_id for d in duty if d.tier == Tier.COORDINATOR}
        told = (on_line or holders(Role.COORDINATOR)) - {account_id}
        tell(told, PAUSED if verdict is AfterMiss.PAUSE else LAST_ONE, account_id, now, urgent=True)
    return verdict


def _paused(account_id: uuid.UUID, now: datetime) -> bool:
    """Pause her until she says that she is there, at most until her duty ends; False when she is not free just now."""
    until = duty_ends(account_id, now)
    if not change_presence(
        account_id, [State.FREE], State.PAUSED, now, until=until, reason=str(PauseReason.MISSED_OFFERS)
    ):
        return False
    tell([account_id], PAUSED_HERSELF, None, now)
    audit.record(None, "duty.paused", "account", account_id, now, reason=str(PauseReason.MISSED_OFFERS))
    return True


def note_reachable(account_id: uuid.UUID, now: datetime) -> None:
    """She has declined: what she missed before does not count any more."""
    db.session.execute(
        update(DutyPresence)
        .where(DutyPresence.account_id == account_id)
        .values(reachable_at=now)
        .execution_options(synchronize_session=False)
    )
