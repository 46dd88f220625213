"""Pages of accounts: sign-in, enrolment, profile, staff."""

from __future__ import annotations

import io
import uuid
from datetime import datetime, timedelta

import pyotp
import segno
from flask import Blueprint, Response, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts import forms, queries
from tesa.accounts.actions.enrol import finish_enrolment, offer_enrolment, open_enrolment
from tesa.accounts.actions.save_account import Details, save_account
from tesa.accounts.actions.set_secrets import set_password
from tesa.accounts.audit import record
from tesa.accounts.delays import forget_failures, note_failure, seconds_to_wait
from tesa.accounts.models import Account
from tesa.accounts.permissions import public_endpoint, require
from tesa.accounts.public import Principal, Role, StaffMember, everybody, member, principal
from tesa.accounts.secrets_of_account import accepted_step, matches, seed_field, take_step
from tesa.accounts.sessions import begin_session, cookie_name, end_session, end_sessions_of, set_cookie
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.telephony.inbound import settings
from tesa.web.fragments import render
from tesa.web.preferences import local_path

blueprint = Blueprint("accounts", __name__, template_folder="templates")
CODE_WITHIN = timedelta(minutes=5)
PENDING = "pending"


# -- sign-in --------------------------------------------------------------------------------------------------------
@blueprint.get("/sign-in")
@public_endpoint
def sign_in() -> str | AnyResponse:
    """The sign-in page."""
    if isinstance(current_user._get_current_object(), Principal):
        return redirect(local_path(request.args.get("next")), 303)
    return _sign_in_page(forms.SignInForm())


def _sign_in_page(form: forms.SignInForm, wait: int = 0, wrong: bool = False) -> str:
    return render("accounts/sign_in.html", form=form, wait=wait, wrong=wrong, back=request.args.get("next", ""))


@blueprint.post("/sign-in")
@public_endpoint
def check_password() -> AnyResponse | tuple[str, int]:
    """E-mail and password. Unknown, disabled and wrong look and cost the same; the code is asked either way."""
    form, now = forms.SignInForm(), clock.now()
    if not form.validate_on_submit():
        return _sign_in_page(form), 422
    email = form.email.data or ""
    wait = seconds_to_wait(email, now)
    db.session.rollback()
    if wait:
        return _sign_in_page(form, wait=wait), 429
    account = queries.account_of(email)
    account_id, password_hash = (account.id, account.password_hash) if account else (None, None)
    db.session.rollback()
    if not matches(password_hash, form.password.data or "") or account_id is None:
        with transaction():
            note_failure(email, now)
            record(account_id, "sign_in.refused", "account", account_id, now, step="password")
        return _sign_in_page(form, wrong=True), 422
    session.clear()
    session[PENDING] = {"id": str(account_id), "email": email, "until": (now + CODE_WITHIN).isoformat()}
    return redirect(url_for("accounts.ask_code", next=request.args.get("next") or None), 303)


def _pending(now: datetime) -> tuple[uuid.UUID, str] | None:
    kept = session.get(PENDING)
    if not kept or datetime.fromisoformat(kept["until"]) < now:
        return None
    return uuid.UUID(kept["id"]), kept["email"]


@blueprint.get("/sign-in/code")
@public_endpoint
def ask_code() -> str | AnyResponse:
    """The page of the second factor."""
    if _pending(clock.now()) is None:
        return redirect(url_for("accounts.sign_in"), 303)
    return render("accounts/code.html", form=forms.CodeForm(), wrong=False, wait=0)


@blueprint.post("/sign-in/code")
@public_endpoint
def check_code() -> AnyResponse | tuple[str, int]:
    """The second factor: a code counts once, and none before it counts any more."""
    form, now = forms.CodeForm(), clock.now()
    pending = _pending(now)
    if pending is None:
        return redirect(url_for("accounts.sign_in"), 303)
    account_id, email = pending
    wait = seconds_to_wait(email, now)
    db.session.rollback()
    if wait:
        return render("accounts/code.html", form=form, wrong=False, wait=wait), 429
    if not form.validate_on_submit():
        return render("accounts/code.html", form=form, wrong=False, wait=0), 422
    with transaction():
        token = _enter(account_id, form.code.data or "", now)
        if token is None:
            note_failure(email, now)
            record(account_id, "sign_in.refused", "account", account_id, now, step="code")
        else:
            forget_failures(email)
            record(account_id, "sign_in", "account", account_id, now)
    if token is None:
        return render("accounts/code.html", form=form, wrong=True, wait=0), 422
    session.clear()
    response = redirect(local_path(request.args.get("next")), 303)
    set_cookie(response, token)
    return response


def _enter(account_id: uuid.UUID, code: str, now: datetime) -> str | None:
    account = db.session.get(Account, account_id)
    if account is None or not account.active or account.totp_sealed is None:
        return None
    seed = vault.unseal(seed_field(account_id), account.totp_sealed) or ""
    step = accepted_step(seed, code, now)
    if step is None or not take_step(account_id, step):
        return None
    return begin_session(account_id, now)


@blueprint.post("/sign-out")
@public_endpoint
def sign_out() -> AnyResponse:
    """End the session; the browser forgets what it has kept of our pages."""
    if isinstance(current_user._get_current_object(), Principal):
        who, now = principal(), clock.now()
        with transaction():
            end_session(who.session_id, "sign_out", now)
            record(who.id, "sign_out", "account", who.id, now)
    session.clear()
    response = redirect(url_for("accounts.sign_in"), 303)
    response.delete_cookie(cookie_name(), secure=settings().https, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


# -- enrolment ------------------------------------------------------------------------------------------------------
@blueprint.get("/enrol/<token>")
@public_endpoint
def enrol(token: str) -> str:
    """A one-time link: the password and the second factor are set here."""
    return _enrol_page(token, forms.EnrolForm())


def _enrol_page(token: str, form: forms.EnrolForm, sentence: str = "") -> str:
    _enrolment, account, seed = open_enrolment(token, clock.now())
    return render("accounts/enrol.html", form=form, token=token, seed=seed, email=account.email, sentence=sentence)


@blueprint.get("/enrol/<token>/qr.svg")
@public_endpoint
def enrol_picture(token: str) -> Response:
    """The seed as a picture for the authenticator app."""
    _enrolment, account, seed = open_enrolment(token, clock.now())
    out = io.BytesIO()
    uri = pyotp.TOTP(seed).provisioning_uri(name=account.email, issuer_name="TeSA")
    segno.make(uri, error="m").save(out, kind="svg", scale=5, border=3, light="#ffffff", svgclass=None, lineclass=None)
    return Response(out.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@blueprint.post("/enrol/<token>")
@public_endpoint
def finish(token: str) -> AnyResponse | tuple[str, int]:
    """Set password and second factor."""
    form, now = forms.EnrolForm(), clock.now()
    if not form.validate_on_submit():
        return _enrol_page(token, form), 422
    try:
        with transaction():
            finish_enrolment(token, form.password.data or "", form.code.data or "", now)
    except RuleBroken as broken:
        return _enrol_page(token, form, broken.sentence), 422
    flash(_("Selesai. Silakan masuk."))
    return redirect(url_for("accounts.sign_in"), 303)


# -- profile --------------------------------------------------------------------------------------------------------
@blueprint.get("/profil")
@require("profile.own")
def profile() -> str:
    """My account: password, devices, my last acts."""
    return _profile(forms.PasswordForm())


def _profile(form: forms.PasswordForm, sentence: str = "") -> str:
    who = principal()
    return render(
        "accounts/profile.html",
        me=who,
        roles=[forms.ROLE_WORDS[role] for role in Role if who.is_role(role)],
        form=form,
        sentence=sentence,
        sessions=queries.living_sessions(who.id),
        acts=queries.recent_acts(who.id),
    )


@blueprint.post("/profil/kata-sandi")
@require("profile.own")
def change_password() -> AnyResponse | tuple[str, int]:
    """Change my password; my other devices are signed out."""
    form, who, now = forms.PasswordForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _profile(form), 422
    account = db.session.get_one(Account, who.id)
    if not matches(account.password_hash, form.old.data or ""):
        return _profile(form, _("Kata sandi sekarang tidak cocok.")), 422
    try:
        with transaction():
            set_password(who.id, form.password.data or "", now, but=who.session_id)
    except RuleBroken as broken:
        return _profile(form, broken.sentence), 422
    flash(_("Kata sandi sudah diganti."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profil/sesi/<uuid:session_id>")
@require("profile.own")
def end_device(session_id: uuid.UUID) -> AnyResponse:
    """Sign one of my devices out."""
    who, now = principal(), clock.now()
    if session_id not in {s.id for s in queries.living_sessions(who.id)}:
        raise NotFound
    with transaction():
        end_session(session_id, "by_owner", now)
        record(who.id, "session.end", "session", session_id, now)
    return redirect(url_for("accounts.profile"), 303)


# -- staff ----------------------------------------------------------------------------------------------------------
@blueprint.get("/staf")
@require("staff.list")
def staff_list() -> str:
    """All members of staff."""
    return render(
        "accounts/staff.html",
        people=everybody(),
        enrolled=queries.enrolled(),
        words=forms.ROLE_WORDS,
        link=None,
    )


@blueprint.route("/staf/baru", methods=["GET", "POST"])
@require("staff.write")
def staff_new() -> str | AnyResponse | tuple[str, int]:
    """Add a member of staff; her one-time link is shown once."""
    return _staff_form(None)


@blueprint.route("/staf/<uuid:account_id>", methods=["GET", "POST"])
@require("staff.write")
def staff_edit(account_id: uuid.UUID) -> str | AnyResponse | tuple[str, int]:
    """Change a member of staff."""
    person = member(account_id)
    if person is None:
        raise NotFound
    return _staff_form(person)


def _staff_form(person: StaffMember | None) -> str | AnyResponse | tuple[str, int]:
    form, who, now = forms.StaffForm(), principal(), clock.now()
    if request.method == "GET":
        _fill(form, person)
        return render("accounts/staff_form.html", form=form, person=person, sentence="")
    if not form.validate_on_submit():
        return render("accounts/staff_form.html", form=form, person=person, sentence=""), 422
    try:
        with transaction():
            account_id = save_account(_details(form, person), who.id, now)
            token = None if person else offer_enrolment(account_id, who.id, now)
            if person and (not form.active.data or set(form.roles.data or ()) != {str(r) for r in person.roles}):
                end_sessions_of(account_id, "role", now)
    except RuleBroken as broken:
        return render("accounts/staff_form.html", form=form, person=person, sentence=broken.sentence), 422
    return _link_page(token) if token else redirect(url_for("accounts.staff_list"), 303)


def _fill(form: forms.StaffForm, person: StaffMember | None) -> None:
    if person is None:
        return
    form.name.data, form.email.data, form.phone.data = person.name, person.email, person.phone or ""
    form.roles.data, form.gender.data = [str(r) for r in person.roles], person.gender or ""
    form.languages.data, form.kecamatan.data = ";".join(sorted(person.languages)), person.kecamatan or ""
    form.active.data = person.active


def _details(form: forms.StaffForm, person: StaffMember | None) -> Details:
    codes = tuple(code.strip() for code in (form.languages.data or "").split(";") if code.strip())
    return Details(
        email=person.email if person else form.email.data or "",
        name=form.name.data or "",
        phone=form.phone.data or "",
        roles=frozenset(Role(word) for word in form.roles.data or ()),
        gender=form.gender.data or "",
        languages=codes,
        kecamatan=form.kecamatan.data or "",
        active=bool(form.active.data),
    )


def _link_page(token: str) -> str:
    link = settings().url(url_for("accounts.enrol", token=token))
    return render(
        "accounts/staff.html",
        people=everybody(),
        enrolled=queries.enrolled(),
        words=forms.ROLE_WORDS,
        link=link,
    )


@blueprint.post("/staf/<uuid:account_id>/tautan")
@require("staff.write")
def staff_link(account_id: uuid.UUID) -> str:
    """A new one-time link: her old password and second factor count until she has used it."""
    if member(account_id) is None:
        raise NotFound
    who, now = principal(), clock.now()
    with transaction():
        token = offer_enrolment(account_id, who.id, now)
    return _link_page(token)


@blueprint.post("/staf/<uuid:account_id>/keluarkan")
@require("staff.write")
def staff_sign_out(account_id: uuid.UUID) -> AnyResponse:
    """Sign somebody out everywhere."""
    if member(account_id) is None:
        raise NotFound
    who, now = principal(), clock.now()
    with transaction():
        end_sessions_of(account_id, "by_administrator", now)
        record(who.id, "staff.sign_out", "account", account_id, now)
    return redirect(url_for("accounts.staff_list"), 303)
