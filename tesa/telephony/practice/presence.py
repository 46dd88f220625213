"""Whether the page of a browser telephone is there."""

from __future__ import annotations

from tesa.telephony.practice import sids
from tesa.telephony.practice.phones import Phone

GONE_AFTER = 6.0  # seconds without a question; a hidden tab asks once a second


def is_there(phone: Phone) -> bool:
    """Has a page of this browser asked lately? Hold the exchange's lock."""
    return any(sids.ticks() - seen < GONE_AFTER for seen in phone.pages.values())
