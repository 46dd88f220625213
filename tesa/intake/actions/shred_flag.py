"""Destroy the number that a flag was on."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import update

from tesa.accounts.audit import record
from tesa.core.db import db
from tesa.core.vault.shredding import shred
from tesa.intake.flag_models import NumberFlag


def shred_flag(flag_id: uuid.UUID, why: str, by: uuid.UUID | None, now: datetime) -> None:
    """Destroy the number and its index; kind, reason and times stay. `by` None: the rule did it, `why` is a code."""
    keys = shred(flag_id, "contact", why, now)
    db.session.execute(update(NumberFlag).where(NumberFlag.id == flag_id).values(number_index=None))
    record(by, "key.shredded", "number_flag", flag_id, now, klass="contact", why=why, keys=keys)
