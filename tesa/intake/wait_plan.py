"""The plan of whoever waits in the queue."""

from __future__ import annotations

import uuid

from tesa.intake import addresses
from tesa.telephony.plans import Enqueue, Plan


def wait_plan(contact_id: uuid.UUID) -> Plan:
    """Wait in the queue."""
    return (
        Enqueue(
            queue=addresses.QUEUE,
            wait_url=addresses.of_call(contact_id, "wait"),
            action=addresses.of_call(contact_id, "left"),
        ),
    )
