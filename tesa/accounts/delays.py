"""Delays instead of lock-outs, counted in the database, so that every process sees the same.

A try is counted before it is made (`take_turn`) and forgiven afterwards: many guesses sent at the same moment are
counted one by one, none of them slips in while another is still being looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from datetime import datetime

from flask import request
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tesa.accounts.models import SignInDelay
from tesa.accounts.rules.addresses import normalised_email
from tesa.accounts.rules.forwarded import client_address
from tesa.accounts.rules.waiting import FORGOTTEN_AFTER, network_of, seconds_left, wait_after
from tesa.core.db import db
from tesa.core.vault import vault
from tesa.telephony.inbound import settings


def sign_in_key(email: str) -> bytes:
    """Counts tries for an address from the network of the present request. Keyed: what was typed is not kept."""
    return _key("sign-in", normalised_email(email), _network())


def code_try_key(email: str) -> bytes:
    """Counts codes for an address from the network of the present request, whether its password was right or not."""
    return _key("code-try", normalised_email(email), _network())


def code_key(account_id: uuid.UUID) -> bytes:
    """Counts codes for an account from anywhere, by whoever knows its password or has its open session."""
    return _key("code", str(account_id))


def _network() -> str:
    forwarded_for = ",".join(request.headers.getlist("X-Forwarded-For"))
    return network_of(client_address(request.remote_addr, forwarded_for, settings().trusted_proxies))


def password_key(account_id: uuid.UUID) -> bytes:
    """Counts passwords typed into the profile of an account."""
    return _key("password", str(account_id))


def _key(*parts: str) -> bytes:
    return hmac.digest(vault.purpose_key("pepper"), "|".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256)


def take_turn(key: bytes, now: datetime) -> int:
    """Count a try. 0: it may be made now. Otherwise the seconds it has to wait, and it is not counted."""
    db.session.execute(delete(SignInDelay).where(SignInDelay.last_at < now - FORGOTTEN_AFTER))
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(SignInDelay).values(key=key, failures=0, wait_until=now, last_at=now)
    db.session.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))
    row = db.session.scalars(
        select(SignInDelay).where(SignInDelay.key == key).with_for_update().execution_options(populate_existing=True)
    ).one()
    wait = seconds_left(row.wait_until, now)
    if wait == 0:
        row.failures, row.last_at = row.failures + 1, now
        row.wait_until = now + wait_after(row.failures)
        db.session.flush()
    return wait


def give_back(key: bytes, now: datetime) -> None:
    """The try was right so far: it does not count, and the next step need not wait."""
    row = db.session.get(SignInDelay, key, with_for_update=True)
    if row is not None:
        row.failures, row.wait_until = max(0, row.failures - 1), now
        db.session.flush()


def forget(*keys: bytes) -> None:
    """She is in: nothing is counted against her any more."""
    db.session.execute(delete(SignInDelay).where(SignInDelay.key.in_(keys)))
