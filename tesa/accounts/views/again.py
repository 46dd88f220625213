"""The second factor once more: before dangerous acts, and to unlock the screen; and the challenges of passkeys."""

from __future__ import annotations

from datetime import datetime

from flask import Response as Page
from flask import abort, jsonify, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from tesa.accounts import attempts, forms, passkeys, queries, screen, second_factor, sessions, step_up
from tesa.accounts.audit import record
from tesa.accounts.delays import code_key, forget, take_turn
from tesa.accounts.models import Account
from tesa.accounts.permissions import public_endpoint, require
from tesa.accounts.public import Principal, principal
from tesa.accounts.views.room import blueprint
from tesa.accounts.views.sign_in import PENDING
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.web.fragments import render
from tesa.web.preferences import local_path

ACTS = {passkeys.STEP_UP: "step_up", passkeys.UNLOCK: "screen.unlock"}  # as they stand in the trail
Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/sign-in/again")
@require("session.prove")
def again() -> Answer:
    """Ask for the second factor before a dangerous act."""
    return step_up.again_page(forms.AgainForm())


@blueprint.post("/sign-in/again")
@require("session.prove")
def check_again() -> Answer:
    """If the second factor is right: a new cookie, and on with what she wanted. A carried form is sent once more."""
    form, who, now = forms.AgainForm(), principal(), clock.now()
    there = request.form.get(step_up.FIELD) or None
    if not form.validate_on_submit():
        return step_up.again_page(form, there), 422
    token, wait = _prove(who, passkeys.STEP_UP, form.again_code.data, form.again_passkey.data, now)
    if wait:
        return step_up.again_page(form, there, wait=wait), 429, {"Retry-After": str(wait)}
    if token is None:
        return step_up.again_page(form, there, wrong=True), 422
    goes_on = step_up.destination(who) if there else None
    if goes_on is not None:
        response = redirect(goes_on, 307)
    else:
        response = redirect("/" if there else local_path(request.args.get("next")), 303)
    sessions.set_cookie(response, token, who.shared_device)
    return response


def _prove(
    who: Principal, purpose: str, code: str | None, passkey: str | None, now: datetime
) -> tuple[str | None, int]:
    """A new token for her session if she has shown her second factor; else how many seconds to wait, 0 for none."""
    counter = code_key(who.id)
    with transaction():
        wait = 0 if passkey else take_turn(counter, now)
    if wait:
        return None, wait
    with transaction():
        shown = second_factor.Answer(who.session_id, purpose, code or "", passkey or "")
        factor = second_factor.prove(who.id, shown, now)
        if factor is None:
            record(who.id, f"{ACTS[purpose]}.refused", "session", who.session_id, now)
            return None, 0
        forget(counter)
        record(who.id, ACTS[purpose], "session", who.session_id, now, factor=factor)
        return sessions.renew_session(who, now), 0


@blueprint.post("/sign-in/challenge/<purpose>")
@public_endpoint
def challenge(purpose: str) -> Page:
    """What the browser needs for a passkey, as JSON: of the sign-in under way, or of the signed-in person."""
    now, person = clock.now(), current_user._get_current_object()
    if passkeys.relying_party() is None:
        abort(404)
    if purpose == passkeys.SIGN_IN:
        attempt = attempts.open_attempt(session.get(PENDING), now)
        if attempt is None:
            abort(404)
        with transaction():
            return jsonify(passkeys.options_to_show(passkeys.challenge_for(attempt.id, purpose, None, now), None))
    if not isinstance(person, Principal) or not _may_ask(person, purpose, now):
        abort(404)
    with transaction():
        fresh = passkeys.challenge_for(person.session_id, purpose, person.id, now)
        if purpose == passkeys.REGISTER:
            return jsonify(passkeys.options_to_register(fresh, db.session.get_one(Account, person.id)))
        return jsonify(passkeys.options_to_show(fresh, person.id))


def _may_ask(person: Principal, purpose: str, now: datetime) -> bool:
    if purpose == passkeys.UNLOCK:
        return person.locked
    if purpose == passkeys.REGISTER:
        return not person.locked and sessions.is_fresh(person, now)
    return purpose == passkeys.STEP_UP and not person.locked


# -- kunci layar
@blueprint.post("/kunci")
@require("screen.lock", when_locked=True)
def lock() -> Answer:
    """Lock the screen of this session. `back`: the page to return to."""
    who, now = principal(), clock.now()
    if not who.locked:
        screen.remember_back(request.form.get("back"))
        with transaction():
            sessions.lock_session(who.session_id, now)
            record(who.id, "screen.lock", "session", who.session_id, now)
    if request.accept_mimetypes.best == "application/json":
        return Response(status=204)
    return redirect(url_for("accounts.locked"), 303)


@blueprint.get("/kunci")
@require("screen.lock", when_locked=True)
def locked() -> Answer:
    """The locked screen."""
    if not principal().locked:
        return redirect(screen.way_back(), 303)
    return _locked_page(forms.CodeForm())


def _locked_page(form: forms.CodeForm, wait: int = 0, wrong: bool = False) -> str:
    return render(
        "accounts/locked.html",
        form=form,
        wait=wait,
        wrong=wrong,
        purpose=passkeys.UNLOCK,
        passkeys=passkeys.relying_party() is not None,
        rung=queries.is_rung(principal().id),
    )


@blueprint.post("/kunci/buka")
@require("screen.lock", when_locked=True)
def unlock() -> Answer:
    """Unlock with the second factor."""
    form, who, now = forms.CodeForm(), principal(), clock.now()
    if not who.locked:
        return redirect(screen.way_back(), 303)
    if not form.validate_on_submit():
        return _locked_page(form), 422
    token, wait = _prove(who, passkeys.UNLOCK, form.code.data, form.passkey.data, now)
    if wait:
        return _locked_page(form, wait=wait), 429, {"Retry-After": str(wait)}
    if token is None:
        return _locked_page(form, wrong=True), 422
    response = redirect(screen.way_back(), 303)
    sessions.set_cookie(response, token, who.shared_device)
    return response


@blueprint.get("/kunci/dering")
@require("screen.lock", passive=True, when_locked=True)
def locked_ring() -> str:
    """The one thing that a locked screen tells: somebody calls."""
    return render("accounts/_locked_ring.html", rung=queries.is_rung(principal().id))
