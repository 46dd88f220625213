"""Whose telephone an offer rings."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.public import member
from tesa.intake.models import Offer
from tesa.intake.rules.words import TEST_NUMBER
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import Outcome


def phone_of(offer: Offer) -> str | None:
    """The number of the account, or of the coordinators' number, to which `offer` was made."""
    if offer.account_id is not None:
        person = member(offer.account_id)
        return person.phone if person else None
    if offer.setting_number == TEST_NUMBER:
        return settings().self_call_number
    numbers = settings().coordinator_numbers
    index = offer.setting_number if offer.setting_number is not None else len(numbers)
    return numbers[index] if index < len(numbers) else None


def nothing_more(_ref: uuid.UUID, _outcome: Outcome, _now: datetime) -> None:
    """The fact itself is all: there is nothing to write down."""
