"""Tell the coordinators who has reached a threshold of the meter of readings; once an hour for each."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from tesa.accounts.audit import record
from tesa.accounts.audit.meter_reading import counts, told_within_hour
from tesa.accounts.audit.reading import TRIPPED
from tesa.accounts.notices import holders, register_notice, tell
from tesa.accounts.rules.meter import BLOCK, newly_tripped
from tesa.accounts.rules.roles import Role
from tesa.core.db import db

LOCK = 0x7E5A_A0D2  # the advisory lock of this act on PostgreSQL: two workers must not both tell
MANY, VERY_MANY = "meter.many", "meter.blocked"


def _meter_page(_account_id: uuid.UUID | None) -> str:
    return url_for("cases.meter")


register_notice(MANY, _l("Seseorang membuka lebih banyak daripada biasanya dalam satu jam."), _meter_page)
register_notice(
    VERY_MANY,
    _l("Seseorang membuka sangat banyak dalam satu jam; yang tersimpan tidak dibuka lagi untuknya."),
    _meter_page,
)


def tell_of_readings(now: datetime) -> int:
    """Put every threshold that was newly reached into the trail, and tell all coordinators; how many there were.

    The one that closes the meter pages them urgently. Who reaches it is not told herself here: her page says it.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    now_open = counts(now)
    news = newly_tripped(now_open, told_within_hour(now))
    coordinators = holders(Role.COORDINATOR) if news else set()
    for person, threshold in news:
        record(None, TRIPPED, "account", person, now, threshold=threshold, count=now_open[person])
        full = threshold >= BLOCK
        others = coordinators - {person} or holders(Role.ADMINISTRATOR)  # somebody else has to know
        tell(others, VERY_MANY if full else MANY, person, now, urgent=full)
    return len(news)
