"""Delays instead of lock-outs: each failure from one network for one account doubles the wait, up to a minute."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from flask import request

from tesa.accounts.models import SignInDelay
from tesa.core.db import db
from tesa.core.vault import vault

FREE_TRIES = 3
LONGEST = 60  # seconds
FORGOTTEN_AFTER = timedelta(hours=1)


def _key(email: str) -> bytes:
    network = ".".join((request.remote_addr or "").split(".")[:3])
    return hmac.digest(vault.purpose_key("pepper"), f"{email.strip().lower()}|{network}".encode(), hashlib.sha256)


def seconds_to_wait(email: str, now: datetime) -> int:
    """How long the next try has to wait; 0 when it may come."""
    row = db.session.get(SignInDelay, _key(email))
    return max(0, int((row.wait_until - now).total_seconds() + 0.999)) if row else 0


def note_failure(email: str, now: datetime) -> None:
    """One more failure."""
    row = db.session.get(SignInDelay, _key(email))
    if row is None:
        row = SignInDelay(key=_key(email), failures=0, wait_until=now, last_at=now)
        db.session.add(row)
    row.failures = 1 if now - row.last_at > FORGOTTEN_AFTER else row.failures + 1
    row.last_at = now
    wait = 0 if row.failures < FREE_TRIES else min(LONGEST, 2 ** (row.failures - FREE_TRIES + 1))
    row.wait_until = now + timedelta(seconds=wait)


def forget_failures(email: str) -> None:
    """She is in."""
    row = db.session.get(SignInDelay, _key(email))
    if row is not None:
        db.session.delete(row)
