"""Sign-in in two steps, and sign-out.

The first step always leads to the second, and the second refuses with one sentence: whether the address is unknown, the
account disabled, the password or the code wrong cannot be told from bytes, time or delays. See tesa/accounts/attempts.py.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from tesa.accounts import attempts, forms, own_news, passkeys, queries, recovery, second_factor, sessions
from tesa.accounts.audit import record
from tesa.accounts.delays import code_key, forget, sign_in_key, take_turn
from tesa.accounts.models import Account, SignInAttempt
from tesa.accounts.permissions import public_endpoint
from tesa.accounts.public import Principal
from tesa.accounts.secrets_of_account import matches
from tesa.accounts.sessions import begin_session, drop_cookie, end_session, set_cookie
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.web.fragments import render
from tesa.web.preferences import forget_choices, local_path

PENDING = "pending"
Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


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


def _password_page(form: forms.SignInForm, wait: int = 0) -> str:
    return render("accounts/sign_in.html", form=form, wait=wait, back=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public_endpoint
def check_password() -> Answer:
    """E-mail and password. What is right about them is kept for the second step, and told to nobody."""
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
        token = attempts.begin_attempt(email, account_id, right, bool(form.shared.data), now)
        # One entry either way: a password that was right, and no code after it, is worth a look too.
        act = "sign_in.password" if right else "sign_in.refused"
        record(account_id, act, "account", account_id, now, step="password")
    session.clear()
    session[PENDING] = token
    return redirect(url_for("accounts.ask_code", next=request.args.get("next") or None), 303)


@blueprint.get("/sign-in/code")
@public_endpoint
def ask_code() -> Answer:
    """The page of the second factor."""
    if attempts.open_attempt(session.get(PENDING), clock.now()) is None:
        return redirect(url_for("accounts.sign_in"), 303)
    return _code_page(forms.CodeForm())


def _code_page(form: forms.CodeForm, wait: int = 0, wrong: bool = False) -> str:
    return render(
        "accounts/code.html",
        form=form,
        wait=wait,
        wrong=wrong,
        purpose=passkeys.SIGN_IN,
        passkeys=passkeys.relying_party() is not None,
    )


@blueprint.post("/sign-in/code")
@public_endpoint
def check_code() -> Answer:
    """The second factor: a code counts once, and none before it counts any more."""
    form, now = forms.CodeForm(), clock.now()
    attempt = attempts.open_attempt(session.get(PENDING), now)
    if attempt is None:
        return redirect(url_for("accounts.sign_in"), 303)
    if not form.validate_on_submit():
        return _code_page(form), 422
    with transaction():
        wait = take_turn(attempt.code_key, now)
    if wait:
        return _code_page(form, wait=wait), 429, {"Retry-After": str(wait)}
    before, device = _signed_in(), sessions.device_token()
    if device is None and not attempt.shared:
        device = secrets.token_urlsafe(32)
    with transaction():
        token = _enter(attempt, form, device, now)
        if token is not None and before is not None:
            end_session(before.session_id, "replaced", now)
    if token is None:
        return _code_page(form, wrong=True), 422
    session.clear()
    _warn_of_few_codes(attempt)
    response = redirect(local_path(request.args.get("next")), 303)
    set_cookie(response, token, attempt.shared)
    if attempt.shared:
        forget_choices(response)
    elif device is not None:
        sessions.set_device_cookie(response, device)
    return response


def _enter(attempt: SignInAttempt, form: forms.CodeForm, device: str | None, now: datetime) -> str | None:
    """A new session's token, if password and second factor are right and nothing has changed since the first step.

    Codes are counted for the account from anywhere too, once its password was right. That counter is never shown: it
    would say that the password is right. A passkey cannot be guessed, so it is not counted.
    """
    account = db.session.get(Account, attempt.account_id) if attempt.account_id and attempt.proven else None
    good = account is not None and account.active and account.password_hash is not None
    if account is not None and account.secured_at is not None and account.secured_at > attempt.started_at:
        good = False
    account_id = account.id if account is not None and good else None
    counter = code_key(account_id or attempt.id)
    if not form.passkey.data and take_turn(counter, now):
        account_id = None
    shown = second_factor.Answer(attempt.id, passkeys.SIGN_IN, form.code.data or "", form.passkey.data or "")
    factor = second_factor.prove(account_id, shown, now)
    if factor is None or account_id is None or not attempts.close_attempt(attempt.id):
        record(attempt.account_id, "sign_in.refused", "account", attempt.account_id, now, step="code")
        return None
    forget(attempt.password_key, attempt.code_key, counter)
    known = sessions.is_known_device(account_id, device, now)
    record(account_id, "sign_in", "account", account_id, now, factor=factor, new_device=not known)
    if not known and sessions.has_been_in(account_id):
        own_news.tell_owner(account_id, own_news.NEW_DEVICE, now)
    return begin_session(account_id, now, attempt.shared, None if attempt.shared else device)


def _warn_of_few_codes(attempt: SignInAttempt) -> None:
    left = recovery.codes_left(attempt.account_id) if attempt.account_id else 0
    if 0 < left <= recovery.FEW:
        flash(_("Kode pemulihan Anda tinggal %(left)s. Buat yang baru di profil Anda.", left=left), "error")


@blueprint.post("/sign-out")
@public_endpoint
def sign_out() -> Answer:
    """End the session; the browser forgets what it has kept of our pages, and a shared device all cookies too.

    "cookies" would also empty those of the city's other sites under the same domain, so only a shared device is told.
    """
    who, now = _signed_in(), clock.now()
    if who is not None:
        with transaction():
            end_session(who.session_id, "sign_out", now)
            record(who.id, "sign_out", "account", who.id, now)
    session.clear()
    response = redirect(url_for("accounts.sign_in"), 303)
    drop_cookie(response)
    shared = who is not None and who.shared_device
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"' if shared else '"cache", "storage"'
    return response
