"""A page of hers says whether it can be rung."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete

from tesa.core.db import db
from tesa.intake.ringing_models import BrowserPhone


def note_browser(account_id: uuid.UUID, ready: bool, now: datetime) -> None:
    """Keep until when her browser may be rung; a page that is not ready takes it back at once."""
    row = db.session.get(BrowserPhone, account_id)
    if not ready:
        db.session.execute(delete(BrowserPhone).where(BrowserPhone.account_id == account_id))
    elif row is None:
        db.session.add(BrowserPhone(account_id=account_id, seen_at=now))
    else:
        row.seen_at = now
