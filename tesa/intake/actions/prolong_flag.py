"""A flag is to end on another day."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.intake import sealing
from tesa.intake.actions.set_flag import check_end, check_may_block
from tesa.intake.flags import flag_in_force
from tesa.intake.rules.nuisance import FlagKind


def prolong_flag(flag_id: uuid.UUID, until: datetime, by: uuid.UUID, now: datetime) -> None:
    """Let a flag end at `until`, at most 90 days from now. Raises NotFound, RuleBroken."""
    flag = flag_in_force(flag_id, now)
    check_end(until, now)
    if flag.kind == FlagKind.BLOCKED:
        check_may_block(sealing.open_flagged(flag.id, flag.number_sealed))
    flag.until = until
    record(by, "flag.prolong", "number_flag", flag.id, now, what=flag.kind)
