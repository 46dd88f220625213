"""A call comes in that may be a leg of the running test: the test's own caller, or the phone that answers it."""

from __future__ import annotations

from datetime import datetime

from tesa.continuity.models import SelfCall
from tesa.continuity.queries import running_test
from tesa.continuity.rules.self_call import CLAIMED_FOR
from tesa.intake.actions.receive_test_call import receive_test_call
from tesa.telephony.inbound import CallForm, settings
from tesa.telephony.plans import Hangup, Pause, Plan, PressKeys

# Half a second for each w. The second 1 is for a whisper that began late; in the conference it does nothing.
ACCEPT = "wwww1wwwwwwww1"
STAYS = 60  # seconds


def take_test_call(form: CallForm, now: datetime) -> Plan | None:
    """What a leg of the running test hears; None for everybody else, whatever number a call shows.

    Only one call from our second number is the test's, and only while a test runs.
    """
    conf = settings()
    if conf.self_call_number is None or conf.self_call_number not in (form.caller, form.called):
        return None
    test = running_test(lock=True)
    if test is None or now - test.started_at > CLAIMED_FOR:
        return None
    if (form.caller, form.called) == (conf.self_call_number, conf.voice_number):
        return _receive(test, form, now)
    if (form.caller, form.called) == (conf.voice_number, conf.self_call_number) and test.queued_at is not None:
        test.rung_at = test.rung_at or now
        return (PressKeys(ACCEPT), Pause(STAYS), Hangup())
    return None


def _receive(test: SelfCall, form: CallForm, now: datetime) -> Plan | None:
    if test.received_at is not None:
        return None  # a second one: the same webhook again finds its contact, anybody else is a caller
    test.contact_id, plan = receive_test_call(form, now)
    test.received_at = now
    return plan
