"""Signed-in browsers. The cookie carries a random token; the database knows only its SHA-256.

This module and `sign_in.py` are all that TeSA has to do with Flask-Login: its `current_user` is found from our own
cookie, and nothing of a sign-in is kept in a cookie that could be replayed after the session has ended.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime

from flask import Response, abort, redirect, request, url_for
from sqlalchemy import select, update
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.models import Account, AccountRole, StaffSession
from tesa.accounts.public import Principal, Role, name_field
from tesa.accounts.rules.local_path import local_path
from tesa.accounts.rules.session_life import LONGEST, device_label, is_open, is_worth_a_touch
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.telephony.inbound import settings


def cookie_name() -> str:
    """`__Host-tesa` over TLS; on the loopback address, where browsers refuse that prefix, `tesa_session`."""
    return "__Host-tesa" if settings().https else "tesa_session"


def set_cookie(response: AnyResponse, token: str) -> None:
    """Give the browser its session token."""
    response.set_cookie(
        cookie_name(), token, max_age=LONGEST, path="/", secure=settings().https, httponly=True, samesite="Lax"
    )


def drop_cookie(response: AnyResponse) -> None:
    """Take the session token from the browser."""
    response.delete_cookie(cookie_name(), path="/", secure=settings().https, httponly=True, samesite="Lax")


def hashed(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def open_session(account_id: uuid.UUID, user_agent: str, now: datetime) -> tuple[uuid.UUID, str]:
    """Open a new session for an account: its id, and the token for the cookie, which is not kept."""
    token = secrets.token_urlsafe(32)
    row = StaffSession(
        id=new_id(), account_id=account_id, token_hash=hashed(token), started_at=now, seen_at=now,
        ends_at=now + LONGEST, device=device_label(user_agent),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row.id, token


def find(token: str, now: datetime) -> Principal | None:
    """Who holds this token, or None when it is unknown, ended, too old, too long idle, or its account is inactive."""
    found = db.session.execute(
        select(StaffSession, Account)
        .join(Account, Account.id == StaffSession.account_id)
        .where(StaffSession.token_hash == hashed(token), Account.active)
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    if not is_open(row.seen_at, row.ends_at, row.ended_at, now):
        return None
    roles = db.session.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id))
    return Principal(
        id=account.id,
        email=account.email,
        name=vault.unseal(name_field(account.id), account.name_sealed) or "",
        roles=frozenset(Role(role) for role in roles),
        language=account.language,
        theme=account.theme,
        session_id=row.id,
        seen_at=row.seen_at,
    )


def end_session(session_id: uuid.UUID, account_id: uuid.UUID, why: str, now: datetime) -> bool:
    """End one session of an account; False when it has ended before or belongs to somebody else."""
    ended = db.session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.account_id == account_id, StaffSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
        .returning(StaffSession.id)
    )
    return ended.one_or_none() is not None


def end_sessions(account_id: uuid.UUID, why: str, now: datetime, keep: uuid.UUID | None = None) -> int:
    """End all sessions of an account except `keep`. How many were ended."""
    query = update(StaffSession).where(StaffSession.account_id == account_id, StaffSession.ended_at.is_(None))
    if keep is not None:
        query = query.where(StaffSession.id != keep)
    ended = db.session.execute(query.values(ended_at=now, ended_why=why).returning(StaffSession.id))
    return len(ended.all())


def keep_awake(person: Principal) -> None:
    """Write down that the person has just done something (an edge: it opens its own transaction)."""
    now = clock.now()
    if is_worth_a_touch(person.seen_at, now):
        with transaction():
            db.session.execute(
                update(StaffSession)
                .where(StaffSession.id == person.session_id, StaffSession.seen_at < now)
                .values(seen_at=now)
            )


def lead_to_sign_in() -> AnyResponse:
    """The answer to somebody who is not signed in: the sign-in page, and afterwards back here if this was a page."""
    wish = local_path(request.full_path.rstrip("?")) if request.method == "GET" else None
    if "HX-Request" in request.headers:
        # A fragment must not be filled with the sign-in form: the whole page goes there.
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = url_for("accounts.sign_in")
        return answer
    if request.method not in ("GET", "HEAD", "POST"):
        abort(404)
    return redirect(url_for("accounts.sign_in", next=wish) if wish else url_for("accounts.sign_in"), 303)
