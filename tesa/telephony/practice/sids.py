"""Identifiers and times as Twilio writes them."""

import secrets
import time
from datetime import datetime
from email.utils import format_datetime

from tesa.core import clock


def new_sid(prefix: str) -> str:
    """A fresh 34-character SID, e.g. `new_sid("CA")`."""
    return prefix + secrets.token_hex(16)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return clock.now()


def rfc2822(moment: datetime | None) -> str | None:
    """A moment as Twilio's JSON and callbacks spell it, or None."""
    return None if moment is None else format_datetime(moment)


def ticks() -> float:
    """Seconds of a clock that never jumps, for waiting and durations."""
    return time.monotonic()
