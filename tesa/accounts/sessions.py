"""Signed-in browsers: rows in the database, known by the hash of a cookie's token.

Over TLS the cookie is `__Host-tesa` (Secure, HttpOnly, SameSite=Lax, whole site). On this machine's plain http, where
browsers and tools would not send such a cookie, it is `tesa_session` without these marks.
A second cookie lets a device be known again, so that a sign-in from a new one can be told to its owner. It opens
nothing, and a shared device gets none.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Request, request, url_for
from sqlalchemy import ColumnElement, select, update
from werkzeug.wrappers import Response

from tesa.accounts.models import Account, AccountRole, StaffSession
from tesa.accounts.public import Principal, Role
from tesa.accounts.queries import is_living, lasts
from tesa.accounts.rules import idle
from tesa.accounts.sealing import name_field
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.telephony.inbound import settings
from tesa.web.fragments import from_htmx, is_poll, leave_for

LONGEST = timedelta(hours=12)
KNOWN_FOR = timedelta(days=365)
TOUCH_EVERY = timedelta(seconds=60)


def cookie_name() -> str:
    """The name of the cookie, by the scheme of the public address."""
    return "__Host-tesa" if settings().https else "tesa_session"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def device_cookie_name() -> str:
    """The name of the cookie by which a device is known again."""
    return "__Host-device" if settings().https else "tesa_device"


def begin_session(account_id: uuid.UUID, now: datetime, shared: bool = False, device_token: str | None = None) -> str:
    """A new session for the account, in which a second factor has just been shown; the token for its cookie.

    `shared`: on a device that others use too. `device_token`: by which the device is known again.
    """
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
            stepped_up_at=now,
            shared=shared,
            device_hash=_hash(device_token) if device_token else None,
            device=f"{device.replace('Edg', 'Edge')}, {system}".strip(", ")[:40],
        )
    )
    return token


def renew_session(person: Principal, now: datetime) -> str:
    """A second factor was shown in her session: it is fresh and unlocked, and its cookie is a new one."""
    token = secrets.token_urlsafe(32)
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.id == person.session_id, StaffSession.ended_at.is_(None))
        .values(token_hash=_hash(token), stepped_up_at=now, seen_at=now, locked_at=None)
        .execution_options(synchronize_session=False)
    )
    return token


def lock_session(session_id: uuid.UUID, now: datetime) -> None:
    """Show nothing in this session until a second factor is shown; dangerous acts ask for one again too."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.ended_at.is_(None), StaffSession.locked_at.is_(None))
        .values(locked_at=now, stepped_up_at=None)
        .execution_options(synchronize_session=False)
    )


def is_fresh(person: Principal, now: datetime) -> bool:
    """Has she shown a second factor within the last five minutes, as dangerous acts ask?"""
    return idle.is_fresh(person.stepped_up_at, now)


def device_token() -> str | None:
    """What this browser's device is known by, if it has been here."""
    token = request.cookies.get(device_cookie_name())
    return token if token and len(token) <= 100 else None


def is_known_device(account_id: uuid.UUID, token: str | None, now: datetime) -> bool:
    """Has the account been signed in on this device within a year?"""
    if token is None:
        return False
    return (
        db.session.scalar(
            select(StaffSession.id)
            .where(
                StaffSession.account_id == account_id,
                StaffSession.device_hash == _hash(token),
                StaffSession.started_at > now - KNOWN_FOR,
            )
            .limit(1)
        )
        is not None
    )


def has_been_in(account_id: uuid.UUID) -> bool:
    """Has the account ever been signed in?"""
    return db.session.scalar(select(StaffSession.id).where(StaffSession.account_id == account_id).limit(1)) is not None


def set_cookie(response: Response, token: str, shared: bool = False) -> None:
    """Give the browser its token; a shared device forgets it when the browser is closed."""
    _set(response, cookie_name(), token, None if shared else LONGEST)


def set_device_cookie(response: Response, token: str) -> None:
    """Let the device be known again."""
    _set(response, device_cookie_name(), token, KNOWN_FOR)


def _set(response: Response, name: str, value: str, max_age: timedelta | None) -> None:
    response.set_cookie(name, value, max_age=max_age, secure=settings().https, httponly=True, samesite="Lax", path="/")


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
    if row is None or not lasts(row[0], now):
        return None
    session, account = row
    roles = db.session.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id))
    return Principal(
        id=account.id,
        email=account.email,
        name=vault.unseal_unless_away(name_field(account.id), account.name_sealed) or account.email,
        roles=frozenset(Role(r) for r in roles),
        language=account.language,
        theme=account.theme,
        session_id=session.id,
        seen_at=session.seen_at,
        stepped_up_at=session.stepped_up_at,
        locked=session.locked_at is not None,
        shared_device=session.shared,
        ends_at=session.ends_at,
        softphone=account.softphone,
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


def present_page() -> str | None:
    """The page that the person is looking at, as a local path: the one she asks for, or the one htmx asks from."""
    if from_htmx():
        try:
            parts = urlsplit(request.headers.get("HX-Current-URL", ""))
        except ValueError:  # no address at all, such as "http://["
            return None
        return parts.path + (f"?{parts.query}" if parts.query else "") or None
    return request.full_path.rstrip("?") if request.method == "GET" else None


def lead_to_sign_in() -> Response:
    """To the sign-in page, and back here afterwards."""
    back = present_page()
    return leave_for(url_for("accounts.sign_in", next=back) if back and back != "/" else url_for("accounts.sign_in"))
