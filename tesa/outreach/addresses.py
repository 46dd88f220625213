"""The public addresses that outreach hands to Twilio and puts into texts to staff."""

from __future__ import annotations

from tesa.telephony.inbound import settings


def of_offer(token: str, what: str = "") -> str:
    """The address of an offered call: the whisper itself, or its key, status (of the call), text (status of the text)."""
    return settings().url(f"/twilio/dispatch/{token}" + (f"/{what}" if what else ""))


def board() -> str:
    """The link in a text to staff."""
    return settings().url("/penjangkauan")
