"""Show a number that is masked to somebody who has a reason to see it. It is on record before it leaves."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.rules.policy import Actor
from tesa.intake.queries import contact_for, number_of


def reveal_number(contact_id: uuid.UUID, by: Actor, reason: str, now: datetime) -> list[str]:
    """The number of the contact, E.164; none when it is withheld. `reason` is a code of tesa.accounts.reveal.

    Raises NotFound or NotAllowed.
    """
    contact = contact_for(contact_id, by, "number.reveal")
    record(
        by.id, "number.reveal", "contact", contact.id, now,
        case_id=contact.case_id, reason=reason, number=sealed_hash(contact.caller_sealed),
    )  # fmt: skip
    number = number_of(contact)
    return [number] if number else []
