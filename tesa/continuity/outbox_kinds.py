"""What continuity asks of Twilio: the call with which the line calls itself, and its end."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.continuity import addresses
from tesa.continuity.actions.follow_self_call import END_TEST, fail_self_call
from tesa.continuity.actions.start_self_call import PLACE_TEST
from tesa.continuity.queries import self_call_by_id
from tesa.continuity.rules.self_call import Outcome as TestOutcome
from tesa.continuity.rules.self_call import Step
from tesa.telephony.gateway import EndCall, PlaceCall, Request
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

RING_SECONDS = 30


def _compose_place(ref: uuid.UUID, _now: datetime) -> Request | None:
    test, conf = self_call_by_id(ref), settings()
    if test is None or test.outcome != TestOutcome.RUNNING or conf.self_call_number is None:
        return None
    return PlaceCall(
        to=conf.voice_number,
        url=addresses.of_test(ref),
        status_url=addresses.of_test(ref, "status"),
        ring_seconds=RING_SECONDS,
        from_number=conf.self_call_number,
    )


def _settle_place(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Refused: the test has failed at its first step. Without an answer it may run all the same."""
    test = self_call_by_id(ref, lock=True)
    if test is None:
        return
    if outcome.state == "sent":
        test.call_sid, test.placed_at = outcome.sid, test.placed_at or now
        if test.outcome != TestOutcome.RUNNING:
            enqueue(END_TEST, ref, now)
    elif outcome.state == "failed":
        fail_self_call(test, Step.PLACED, outcome.code or "", now)


def _compose_end(ref: uuid.UUID, _now: datetime) -> Request | None:
    test = self_call_by_id(ref)
    return EndCall(test.call_sid) if test is not None and test.call_sid is not None else None


def _settle_end(_ref: uuid.UUID, _outcome: Outcome, _now: datetime) -> None:
    """The leg hangs up by itself after a while: there is nothing more to write down."""


KINDS = (
    Kind(PLACE_TEST, _compose_place, _settle_place, Promise.ONCE),
    Kind(END_TEST, _compose_end, _settle_end, Promise.CONTROL),
)
