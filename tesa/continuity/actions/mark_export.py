"""The rota has changed: the document is exported anew at the worker's next tick."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from tesa.continuity.models import FallbackPlace
from tesa.core.db import db


def mark_export(now: datetime) -> None:
    """Make the export to every place due now, in the transaction of what has changed."""
    db.session.execute(update(FallbackPlace).values(due_at=now).execution_options(synchronize_session=False))
