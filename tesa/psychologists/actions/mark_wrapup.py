"""A talk is over; its record is to be written."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import update

from tesa.core.db import db
from tesa.psychologists.actions.carry_out_order import carry_out_order
from tesa.psychologists.actions.change_presence import change_presence
from tesa.psychologists.models import DutyPresence, DutyTalk
from tesa.psychologists.rules.presence import State


def mark_wrapup(account_id: uuid.UUID, now: datetime, until: datetime) -> None:
    """Talking becomes wrap-up of the same contact, which runs out at `until`; if a coordinator has ended her duty, it
    ends here. A late or second word that the talk is over does nothing.
    """
    about = DutyPresence.contact_id
    if change_presence(
        account_id, [State.TALKING], State.WRAPUP, now, until=until, talked_until=now, contact_id=about, extended=False
    ):
        close_talks(account_id, now)
        carry_out_order(account_id, now)


def close_talks(account_id: uuid.UUID, now: datetime) -> None:
    """End what she has open of counted talk."""
    db.session.flush()
    db.session.execute(
        update(DutyTalk)
        .where(DutyTalk.account_id == account_id, DutyTalk.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
