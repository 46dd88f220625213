"""She needs longer to write."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, update

from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.psychologists.models import DutyPresence
from tesa.psychologists.public import wrap_up
from tesa.psychologists.rules.presence import State


def extend_wrapup(account_id: uuid.UUID, now: datetime) -> datetime:
    """Her wrap-up lasts once more as long; until when. Raises RuleBroken the second time, and when it is over."""
    row = db.session.execute(
        select(DutyPresence.state, DutyPresence.until, DutyPresence.extended)
        .where(DutyPresence.account_id == account_id)
        .with_for_update()
    ).one_or_none()
    if row is None or row.state != State.WRAPUP or row.until is None or row.until <= now:
        raise RuleBroken(_("Waktu mencatat sudah habis. Pilih jeda bila Anda masih perlu waktu."))
    if row.extended:
        raise RuleBroken(_("Waktu mencatat hanya dapat diperpanjang satu kali."))
    until: datetime = row.until + wrap_up()
    db.session.execute(
        update(DutyPresence)
        .where(DutyPresence.account_id == account_id)
        .values(until=until, extended=True)
        .execution_options(synchronize_session=False)
    )
    return until
