"""What the figures, the doctor and the banner ask. Nothing of anybody's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tesa.continuity import queries
from tesa.continuity.rules import self_call
from tesa.continuity.rules.self_call import Alarm, Outcome, Past
from tesa.telephony.inbound import settings


@dataclass(frozen=True)
class LineState:
    """How the line proves itself. `good`: the last test that is over was good; None: none was made."""

    good: bool | None
    succeeded_at: datetime | None
    failed_step: str | None
    alarm: Alarm | None


def line_state(now: datetime) -> LineState:
    """What the tests say at `now`; without a second number there are none, and no alarm."""
    if settings().self_call_number is None:
        return LineState(None, None, None, None)
    last = queries.last_ended()
    good = last.outcome == Outcome.SUCCEEDED if last is not None else None
    succeeded = last.started_at if last is not None and good else queries.succeeded_at()
    first = None if succeeded is not None else queries.first_at()
    past = Past(last.started_at, last.outcome) if last is not None else None
    return LineState(
        good, succeeded, last.failed_step if last is not None else None, self_call.alarm(past, succeeded, first, now)
    )


def export_age(now: datetime) -> dict[str, float]:
    """Seconds since the document was last right, by place; -1: never. Only places that are set."""
    conf, rows = settings(), queries.places()
    names = {"directory": conf.fallback_dir, "bucket": conf.fallback_bucket}
    ages = {}
    for name, setting in names.items():
        if setting is not None:
            done = rows[name].done_at if name in rows else None
            ages[name] = (now - done).total_seconds() if done is not None else -1.0
    return ages
