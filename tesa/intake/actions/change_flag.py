"""What becomes of a flag: it is decided (a suggestion), prolonged, or lifted."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.core.errors import NotFound
from tesa.intake import sealing
from tesa.intake.actions.set_flag import check_end, check_may_block, set_flag
from tesa.intake.flag_models import NumberFlag
from tesa.intake.flags import locked_flag
from tesa.intake.rules.nuisance import FlagKind


def decide_flag(flag_id: uuid.UUID, kind: str, until: datetime, by: uuid.UUID, now: datetime) -> None:
    """Make a suggestion a flag of `kind` until `until`. Raises NotFound, RuleBroken as `set_flag`."""
    flag = _found(flag_id, now)
    number = sealing.open_flagged(flag.id, flag.number_sealed)
    set_flag(number, kind, flag.reason, until, flag.contact_id, by, now)


def prolong_flag(flag_id: uuid.UUID, until: datetime, by: uuid.UUID, now: datetime) -> None:
    """Let a flag end at `until`, at most 90 days from now. Raises NotFound, RuleBroken."""
    flag = _found(flag_id, now)
    check_end(until, now)
    if flag.kind == FlagKind.BLOCKED:
        check_may_block(sealing.open_flagged(flag.id, flag.number_sealed))
    flag.until = until
    record(by, "flag.prolong", "number_flag", flag.id, now, what=flag.kind)


def lift_flag(flag_id: uuid.UUID, by: uuid.UUID, now: datetime) -> None:
    """End a flag now; a suggestion is thereby declined. Raises NotFound."""
    flag = _found(flag_id, now)
    flag.lifted_at, flag.lifted_by = now, by
    record(by, "flag.lift", "number_flag", flag.id, now, what=flag.kind)


def _found(flag_id: uuid.UUID, now: datetime) -> NumberFlag:
    flag = locked_flag(flag_id, now)
    if flag is None:
        raise NotFound
    return flag
