"""Signed-in browsers: rows in the database, known by the hash of a cookie's token.

Over TLS the cookie is `__Host-tesa` (Secure, HttpOnly, SameSite=Lax, whole site). On this machine's plain http, where
browsers and tools would not send such a cookie, it is `tesa_session` without these marks.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from flask import Request, request, url_for
from sqlalchemy import ColumnElement, select, update
from werkzeug.wrappers import Response

from tesa.accounts.models import Account, AccountRole, StaffSession
from tesa.accounts.public import Principal, Role
from tesa.accounts.queries import is_living
from tesa.accounts.sealing import name_field
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.telephony.inbound import settings
from tesa.web.fragments import is_poll, leave_for

LONGEST = timedelta(hours=12)
TOUCH_EVERY = timedelta(seconds=60)


def cookie_name() -> str:
    """The name of the cookie, by the scheme of the public address."""
    return "__Host-tesa" if settings().https else "tesa_session"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def begin_session(account_id: uuid.UUID, now: datetime) -> str:
    """A new session for the account; the token for its cookie."""
    token = secrets.token_urlsafe(32)
    agent = request.user_agent.string
    device = next((name for name in ("Edg", "Firefox", "Chrome", "Safari") if name in agent), "Peramban")
    system = next((name for name in ("Android", "iPhone", "Windows", "Mac", "Linux") if name in agent), "")
    db.session.add(
        StaffSession(
            id=new_id(),
            account_id=account_id,
            token_hash=_hash(token),
            started_at=now,
            seen_at=now,
            ends_at=now + LONGEST,
            device=f"{device.replace('Edg', 'Edge')}, {system}".strip(", ")[:40],
        )
    )
    return token


def set_cookie(response: Response, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        cookie_name(), token, max_age=LONGEST, secure=settings().https, httponly=True, samesite="Lax", path="/"
    )


def drop_cookie(response: Response) -> None:
    """Take the token from the browser."""
    response.delete_cookie(cookie_name(), secure=settings().https, httponly=True, samesite="Lax", path="/")


def end_session(session_id: uuid.UUID, why: str, now: datetime) -> None:
    """End one session."""
    _end(StaffSession.id == session_id, why, now)


def end_sessions_of(account_id: uuid.UUID, why: str, now: datetime, but: uuid.UUID | None = None) -> None:
    """End all sessions of an account, except `but`."""
    condition = StaffSession.account_id == account_id
    _end(condition if but is None else condition & (StaffSession.id != but), why, now)


def _end(condition: ColumnElement[bool], why: str, now: datetime) -> None:
    db.session.execute(
        update(StaffSession)
        .where(condition, StaffSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
        .execution_options(synchronize_session=False)
    )


def load_principal(asked: Request) -> Principal | None:
    """Whose browser this is: None without a living session of an active account."""
    token = asked.cookies.get(cookie_name())
    if not token or len(token) > 100:
        return None
    now = clock.now()
    row = db.session.execute(
        select(StaffSession, Account)
        .join(Account, Account.id == StaffSession.account_id)
        .where(
            StaffSession.token_hash == _hash(token),
            is_living(now),
            Account.active,
        )
    ).first()
    if row is None:
        return None
    session, account = row
    roles = db.session.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id))
    return Principal(
        id=account.id,
        email=account.email,
        name=vault.unseal(name_field(account.id), account.name_sealed) or account.email,
        roles=frozenset(Role(r) for r in roles),
        language=account.language,
        theme=account.theme,
        session_id=session.id,
        seen_at=session.seen_at,
    )


def keep_awake(person: Principal) -> None:
    """The person did something: her session stays awake. What a page asks by itself does not count."""
    now = clock.now()
    if is_poll() or now - person.seen_at < TOUCH_EVERY:
        return
    with transaction():
        db.session.execute(
            update(StaffSession)
            .where(StaffSession.id == person.session_id)
            .values(seen_at=now)
            .execution_options(synchronize_session=False)
        )


def lead_to_sign_in() -> Response:
    """To the sign-in page, and back here afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" and not is_poll() else None
    return leave_for(url_for("accounts.sign_in", next=back) if back and back != "/" else url_for("accounts.sign_in"))
