"""A running test goes on: what was seen is written down, and at last it has succeeded or failed."""

from __future__ import annotations

from datetime import datetime

from tesa.accounts.notices import tell
from tesa.continuity.models import SelfCall
from tesa.continuity.notices import TEST_FAILED, told
from tesa.continuity.queries import last_ended, running_test
from tesa.continuity.rules.self_call import MUST_MEET_WITHIN, Outcome, Step, first_missing
from tesa.core.db import db
from tesa.intake.actions.finish_test import close_test
from tesa.intake.actions.ring_test_number import ring_test_number
from tesa.intake.line_test import progress_of
from tesa.telephony.outbox import enqueue

END_TEST = "continuity.end_test"


def follow_self_call(now: datetime) -> bool:
    """Look at the running test; False when there is none."""
    test = running_test(lock=True)
    if test is None:
        return False
    over = False
    if test.contact_id is not None:
        progress = progress_of(test.contact_id)
        if progress.queued and test.queued_at is None:
            test.queued_at = max(now, test.received_at or now)  # this tick may have begun before the call came in
            ring_test_number(test.contact_id, now)
        test.accepted_at = test.accepted_at or progress.accepted_at
        test.met_at = test.met_at or progress.met_at
        over = progress.over
    missing = first_missing(steps_of(test))
    if missing is None:
        end_self_call(test, Outcome.SUCCEEDED, now)
    elif over or now - test.started_at > MUST_MEET_WITHIN:
        fail_self_call(test, missing, "", now)
    db.session.flush()
    return True


def steps_of(test: SelfCall) -> dict[Step, datetime | None]:
    """When each step was seen."""
    return {step: getattr(test, f"{step}_at") for step in Step}


def fail_self_call(test: SelfCall, step: Step, error: str, now: datetime) -> None:
    """The running `test` (locked) has failed at `step`. The first failure after a good test is told at once."""
    if test.outcome != Outcome.RUNNING:
        return
    before = last_ended()
    test.failed_step, test.error = step, error[:30]
    end_self_call(test, Outcome.FAILED, now)
    if before is None or before.outcome != Outcome.FAILED:
        tell(told(), TEST_FAILED, test.id, now, urgent=True)


def end_self_call(test: SelfCall, outcome: Outcome, now: datetime) -> None:
    """The running `test` (locked) is over: all its legs end."""
    test.outcome, test.ended_at = outcome, now
    if test.contact_id is not None:
        close_test(test.contact_id, now)
    enqueue(END_TEST, test.id, now)
