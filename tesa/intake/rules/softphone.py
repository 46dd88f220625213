"""The telephone in the browser: how Twilio knows it, and for how long it counts as there. Pure."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

THERE_FOR = timedelta(seconds=30)  # after its page has last said that it can be rung
TOKEN_LASTS = timedelta(hours=1)
SHORTEST_TOKEN = timedelta(seconds=60)  # a session that ends sooner gets none
PHONE, BROWSER = "phone", "browser"
_IDENTITY = re.compile(r"a_([0-9a-f]{32})")


def identity_of(account_id: uuid.UUID) -> str:
    """The name under which the browser of an account registers with Twilio."""
    return f"a_{account_id.hex}"


def address_of(account_id: uuid.UUID) -> str:
    """What is dialled to ring it."""
    return f"client:{identity_of(account_id)}"


def account_of(address: str) -> uuid.UUID | None:
    """Whose browser calls from `address` (`client:a_…`); None for anything else."""
    found = _IDENTITY.fullmatch(address.removeprefix("client:")) if address.startswith("client:") else None
    return uuid.UUID(hex=found[1]) if found else None


def is_there(seen_at: datetime | None, now: datetime) -> bool:
    """May her browser be rung?"""
    return seen_at is not None and now - seen_at <= THERE_FOR


def token_lasts(now: datetime, session_ends_at: datetime) -> timedelta | None:
    """For how long a token may be given: an hour at most, never beyond her session. None: for too short."""
    lasts = min(TOKEN_LASTS, session_ends_at - now)
    return lasts if lasts >= SHORTEST_TOKEN else None
