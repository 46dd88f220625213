"""Sign-ins between password and second factor.

Every well-formed first step is kept here and led on to the second, whether the address is known and the password right
or not. What is wrong is said once, at the end, in one sentence: the first step tells nobody which addresses and which
passwords exist. The browser holds a random token meanwhile, nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tesa.accounts.delays import code_try_key, sign_in_key
from tesa.accounts.models import SignInAttempt
from tesa.core.db import db, new_id

SECOND_STEP_WITHIN = timedelta(minutes=5)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def begin_attempt(email: str, account_id: uuid.UUID | None, proven: bool, shared: bool, now: datetime) -> str:
    """Keep a first step; the token for the browser. `proven`: the password was right."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.started_at <= now - SECOND_STEP_WITHIN))
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignInAttempt(
            id=new_id(),
            token_hash=_hash(token),
            account_id=account_id,
            proven=proven,
            password_key=sign_in_key(email),
            code_key=code_try_key(email),
            shared=shared,
            started_at=now,
        )
    )
    db.session.flush()
    return token


def open_attempt(token: object, now: datetime) -> SignInAttempt | None:
    """The sign-in that waits for its second step, or None when there is none or it came too late."""
    if not isinstance(token, str):
        return None
    attempt = db.session.scalar(select(SignInAttempt).where(SignInAttempt.token_hash == _hash(token)))
    if attempt is None or not attempt.started_at <= now < attempt.started_at + SECOND_STEP_WITHIN:
        return None
    return attempt


def close_attempt(attempt_id: uuid.UUID) -> bool:
    """It has succeeded; False if another request has closed it meanwhile."""
    closed = db.session.execute(
        delete(SignInAttempt)
        .where(SignInAttempt.id == attempt_id)
        .returning(SignInAttempt.id)
        .execution_options(synchronize_session=False)
    )
    return closed.first() is not None
