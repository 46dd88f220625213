"""The leg with which the line calls itself: it keeps silent and stays."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response

from tesa.continuity.actions.follow_self_call import fail_self_call, follow_self_call
from tesa.continuity.queries import self_call_by_id
from tesa.continuity.rules.self_call import Step
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form, guard
from tesa.telephony.plans import Hangup, Pause

blueprint = Blueprint("continuity_webhooks", __name__, url_prefix="/twilio")
guard(blueprint)
STAYS = 90  # seconds: longer than a test may last; then it hangs up though nobody tells it to
NEVER_CONNECTED = ("busy", "failed", "no-answer", "canceled")


@blueprint.post("/self-call/<uuid:test_id>")
def hears(test_id: uuid.UUID) -> Response:
    """What the leg hears from this side: nothing."""
    return twiml.response((Pause(STAYS), Hangup()))


@blueprint.post("/self-call/<uuid:test_id>/status")
def status(test_id: uuid.UUID) -> tuple[str, int]:
    """How the leg fares. When it ends before anybody heard it, the test need not wait any longer."""
    form, now = call_form(), clock.now()
    with transaction():
        test = self_call_by_id(test_id, lock=True)
        if test is not None and test.placed_at is None:
            test.placed_at, test.call_sid = now, test.call_sid or form.sid or None
        if test is not None and form.status in NEVER_CONNECTED and test.received_at is None:
            fail_self_call(test, Step.RECEIVED, form.status, now)
        follow_self_call(now)
    return ("", 204)
