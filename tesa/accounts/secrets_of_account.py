"""Passwords and second factors: argon2id with a pepper, TOTP without replay."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
import uuid
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from sqlalchemy import or_, update

from tesa.accounts.models import Account
from tesa.core.db import db
from tesa.core.errors import Refusal
from tesa.core.vault import vault

STEP = 30  # seconds of one code
AT_ONCE, IN_LINE = 2, 8  # hashes of 64 MiB at a time; requests that hash or wait for it

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_hashing = threading.Semaphore(AT_ONCE)
_line = threading.Semaphore(IN_LINE)
_nobody: list[str] = []


class TooBusy(Refusal):
    """Too many people sign in at this moment. A flood of sign-ins must not take the threads that answer calls."""

    status = 503


@contextmanager
def _turn() -> Iterator[None]:
    if not _line.acquire(blocking=False):
        raise TooBusy(_("Terlalu banyak orang masuk pada saat yang sama. Coba lagi sebentar lagi."))
    try:
        with _hashing:
            yield
    finally:
        _line.release()


def _peppered(password: str) -> str:
    # The same letters, however a keyboard composes them.
    letters = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return b64encode(hmac.digest(vault.purpose_key("pepper"), letters, hashlib.sha256)).decode()


def hashed(password: str) -> str:
    """The peppered argon2id hash of `password`. Takes some 0.1 s: call it outside transactions. Raises TooBusy."""
    with _turn():
        return _hasher.hash(_peppered(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Is it the password? Without a hash (unknown, not enrolled) it costs the same and is never true.

    As slow as `hashed`. Raises TooBusy.
    """
    with _turn():
        if not _nobody:
            _nobody.append(_hasher.hash(secrets.token_hex(16)))
        try:
            _hasher.verify(password_hash or _nobody[0], _peppered(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def new_seed() -> str:
    """A fresh TOTP seed, base32."""
    return pyotp.random_base32()


def accepted_step(seed: str, code: str, now: datetime) -> int | None:
    """The time step that `code` belongs to (one step of tolerance either way), or None."""
    code = code.replace(" ", "")
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    totp, current = pyotp.TOTP(seed), int(now.timestamp()) // STEP
    found = [s for s in (current - 1, current, current + 1) if hmac.compare_digest(totp.at(s * STEP), code)]
    return found[-1] if found else None


def take_step(account_id: uuid.UUID, step: int) -> bool:
    """Use up `step` and all before it, in one statement; False if it (or a later one) has been used already."""
    done = db.session.execute(
        update(Account)
        .where(Account.id == account_id, or_(Account.totp_last_step.is_(None), Account.totp_last_step < step))
        .values(totp_last_step=step)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None
