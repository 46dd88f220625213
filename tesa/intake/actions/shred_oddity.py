"""Destroy an odd request that was kept aside."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.core.vault.shredding import shred


def shred_oddity(oddity_id: uuid.UUID, why: str, by: uuid.UUID | None, now: datetime) -> None:
    """Destroy what the request held; its time and shape stay. `by` None: the rule did it, `why` is a code."""
    keys = shred(oddity_id, "contact", why, now)
    record(by, "key.shredded", "oddity", oddity_id, now, klass="contact", why=why, keys=keys)
