"""Sign-in in two steps, and sign-out.

Between the steps the page cookie remembers, signed and for five minutes, whose password was right; that is no sign-in
and opens nothing. Unknown, not enrolled, disabled and wrong get the same answer and cost the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from tesa.accounts import forms, queries
from tesa.accounts.audit import record
from tesa.accounts.delays import code_key, forget, give_back, sign_in_key, take_turn
from tesa.accounts.models import Account
from tesa.accounts.permissions import public_endpoint
from tesa.accounts.public import Principal
from tesa.accounts.sealing import seed_field
from tesa.accounts.secrets_of_account import accepted_step, matches, take_step
from tesa.accounts.sessions import begin_session, drop_cookie, end_session, set_cookie
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.web.fragments import render
from tesa.web.preferences import local_path

CODE_WITHIN = timedelta(minutes=5)
PENDING = "pending"
Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class Pending:
    """Whose password was right, and when."""

    account_id: uuid.UUID
    email: str
    at: datetime


def _signed_in() -> Principal | None:
    person = current_user._get_current_object()
    return person if isinstance(person, Principal) else None


@blueprint.get("/sign-in")
@public_endpoint
def sign_in() -> Answer:
    """The sign-in page."""
    if _signed_in():
        return redirect(local_path(request.args.get("next")), 303)
    return _password_page(forms.SignInForm())


def _password_page(form: forms.SignInForm, wait: int = 0, wrong: bool = False) -> str:
    return render("accounts/sign_in.html", form=form, wait=wait, wrong=wrong, back=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public_endpoint
def check_password() -> Answer:
    """E-mail and password."""
    form, now = forms.SignInForm(), clock.now()
    if not form.validate_on_submit():
        return _password_page(form), 422
    email = form.email.data or ""
    with transaction():
        wait = take_turn(sign_in_key(email), now)
    if wait:
        return _password_page(form, wait=wait), 429, {"Retry-After": str(wait)}
    account = queries.account_of(email)
    account_id, password_hash = (account.id, account.password_hash) if account else (None, None)
    db.session.rollback()  # no connection is held while the hash is worked out
    right = matches(password_hash, form.password.data or "")
    with transaction():
        if right:
            give_back(sign_in_key(email), now)
        else:
            record(account_id, "sign_in.refused", "account", account_id, now, step="password")
    if not right:
        return _password_page(form, wrong=True), 422
    session.clear()
    session[PENDING] = {"id": str(account_id), "email": email, "at": now.isoformat()}
    return redirect(url_for("accounts.ask_code", next=request.args.get("next") or None), 303)


def _pending(now: datetime) -> Pending | None:
    kept = session.get(PENDING)
    if not kept:
        return None
    at = datetime.fromisoformat(kept["at"])
    return Pending(uuid.UUID(kept["id"]), kept["email"], at) if at <= now < at + CODE_WITHIN else None


@blueprint.get("/sign-in/code")
@public_endpoint
def ask_code() -> Answer:
    """The page of the second factor."""
    if _pending(clock.now()) is None:
        return redirect(url_for("accounts.sign_in"), 303)
    return _code_page(forms.CodeForm())


def _code_page(form: forms.CodeForm, wait: int = 0, wrong: bool = False) -> str:
    return render("accounts/code.html", form=form, wait=wait, wrong=wrong)


@blueprint.post("/sign-in/code")
@public_endpoint
def check_code() -> Answer:
    """The second factor: a code counts once, and none before it counts any more."""
    form, now = forms.CodeForm(), clock.now()
    pending = _pending(now)
    if pending is None:
        return redirect(url_for("accounts.sign_in"), 303)
    if not form.validate_on_submit():
        return _code_page(form), 422
    counters = (sign_in_key(pending.email), code_key(pending.account_id))
    with transaction():
        wait = max(take_turn(counter, now) for counter in counters)
    if wait:
        return _code_page(form, wait=wait), 429, {"Retry-After": str(wait)}
    before = _signed_in()
    with transaction():
        token = _enter(pending, form.code.data or "", now)
        if token is None:
            record(pending.account_id, "sign_in.refused", "account", pending.account_id, now, step="code")
        else:
            forget(*counters)
            if before is not None:
                end_session(before.session_id, "replaced", now)
            record(pending.account_id, "sign_in", "account", pending.account_id, now)
    if token is None:
        return _code_page(form, wrong=True), 422
    session.clear()
    response = redirect(local_path(request.args.get("next")), 303)
    set_cookie(response, token)
    return response


def _enter(pending: Pending, code: str, now: datetime) -> str | None:
    """A new session's token, if the code is right and nothing has changed since the password was."""
    account = db.session.get(Account, pending.account_id)
    if account is None or not account.active or account.password_hash is None or account.totp_sealed is None:
        return None
    if account.secured_at is not None and account.secured_at > pending.at:
        return None
    seed = vault.unseal(seed_field(account.id), account.totp_sealed) or ""
    step = accepted_step(seed, code, now)
    if step is None or not take_step(account.id, step):
        return None
    return begin_session(account.id, now)


@blueprint.post("/sign-out")
@public_endpoint
def sign_out() -> Answer:
    """End the session; the browser forgets what it has kept of our pages."""
    who, now = _signed_in(), clock.now()
    if who is not None:
        with transaction():
            end_session(who.session_id, "sign_out", now)
            record(who.id, "sign_out", "account", who.id, now)
    session.clear()
    response = redirect(url_for("accounts.sign_in"), 303)
    drop_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
