"""The line calls itself: the call comes in as anybody's does, and is marked as a test."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.receive_call import receive_call
from tesa.intake.queries import contact_of_call
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Plan


def receive_test_call(form: CallForm, now: datetime) -> tuple[uuid.UUID | None, Plan]:
    """The contact of the test, and what its leg hears: the same as every caller."""
    plan = receive_call(form, now, test=True)
    return contact_of_call(form.sid), plan
