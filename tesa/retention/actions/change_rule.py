"""Change for how long a thing is kept."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.retention.models import RetentionRule
from tesa.retention.queries import rules
from tesa.retention.rules.keeping import LONGEST, SHORTEST, Thing, fit


def change_rule(thing: str, days: int, proposer: uuid.UUID, approver: uuid.UUID, now: datetime) -> None:
    """From now on things of this kind are kept `days` days; what is due by that goes the next night.

    Raises RuleBroken for a thing or a number of days that cannot be.
    """
    check_rule(thing, days)
    before = rules()[Thing(thing)].days
    db.session.merge(RetentionRule(thing=thing, days=days, changed_at=now, changed_by=approver))
    db.session.flush()
    record(
        approver, "retention.change", "rule", None, now,
        thing=thing, days=days, before=before, proposer=str(proposer),
    )  # fmt: skip


def check_rule(thing: str, days: int) -> None:
    """Raise RuleBroken unless a rule may say so."""
    if thing not in list(Thing):
        raise RuleBroken(_("Pilih jenis data dari daftar."))
    if not fit(days):
        raise RuleBroken(_("Lama penyimpanan harus %(least)s sampai %(most)s hari.", least=SHORTEST, most=LONGEST))
