"""A coordinator makes a suggestion a flag."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import sealing
from tesa.intake.actions.set_flag import set_flag
from tesa.intake.flags import flag_in_force


def decide_flag(flag_id: uuid.UUID, kind: str, until: datetime, by: uuid.UUID, now: datetime) -> None:
    """Make a suggestion a flag of `kind` until `until`. Raises NotFound, RuleBroken as `set_flag`."""
    flag = flag_in_force(flag_id, now)
    number = sealing.open_flagged(flag.id, flag.number_sealed)
    set_flag(number, kind, flag.reason, until, flag.contact_id, by, now)
