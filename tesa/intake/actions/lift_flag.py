"""A flag ends before its day; a suggestion is declined."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.intake.flags import flag_in_force


def lift_flag(flag_id: uuid.UUID, by: uuid.UUID, now: datetime) -> None:
    """End a flag now; a suggestion is thereby declined. Raises NotFound."""
    flag = flag_in_force(flag_id, now)
    flag.lifted_at, flag.lifted_by = now, by
    record(by, "flag.lift", "number_flag", flag.id, now, what=flag.kind)
