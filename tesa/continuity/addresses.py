"""The public addresses that continuity hands to Twilio."""

from __future__ import annotations

import uuid

from tesa.telephony.inbound import settings


def of_test(test_id: uuid.UUID, what: str = "") -> str:
    """The address of the leg that a test starts: what it hears, or its `status`."""
    return settings().url(f"/twilio/self-call/{test_id}" + (f"/{what}" if what else ""))
