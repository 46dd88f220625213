"""Everybody's own page: how TeSA looks, password, devices, last acts."""

from __future__ import annotations

import uuid

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts import forms, passkeys, queries, recovery
from tesa.accounts.actions.set_secrets import keep_password, prepared
from tesa.accounts.audit import record
from tesa.accounts.delays import forget, password_key, take_turn
from tesa.accounts.models import Account
from tesa.accounts.permissions import require
from tesa.accounts.public import Role, principal
from tesa.accounts.secrets_of_account import matches
from tesa.accounts.sessions import end_session, end_sessions_of
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.telephony.inbound import settings
from tesa.web.fragments import render
from tesa.web.preferences import remember

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/profil")
@require("profile.own")
def profile() -> str:
    """My account."""
    return _page(forms.PasswordForm())


def _page(form: forms.PasswordForm, sentence: str = "") -> str:
    who = principal()
    return render(
        "accounts/profile.html",
        me=who,
        roles=[forms.ROLE_WORDS[role] for role in Role if who.is_role(role)],
        form=form,
        look=forms.LookForm(language=who.language, theme=who.theme),
        softphone=forms.SoftphoneForm(softphone=who.softphone) if _may_telephone() else None,
        sentence=sentence,
        sessions=queries.living_sessions(who.id, clock.now()),
        passkeys=passkeys.passkeys_of(who.id),
        passkeys_offered=passkeys.relying_party() is not None,
        codes_left=recovery.codes_left(who.id),
        acts=queries.recent_acts(who.id),
    )


def _may_telephone() -> bool:
    """Is there a telephone in the browser here, and is it for her?"""
    return settings().softphone is not None and principal().has("softphone.use")


@blueprint.post("/profil/tampilan")
@require("profile.own")
def change_look() -> Answer:
    """Language and theme: on this device at once, and on every other that has not been told otherwise."""
    form, who = forms.LookForm(), principal()
    if not form.validate_on_submit():
        return _page(forms.PasswordForm()), 422
    with transaction():
        account = db.session.get_one(Account, who.id)
        account.language, account.theme = form.language.data, form.theme.data
    response = redirect(url_for("accounts.profile"), 303)
    remember(response, language=form.language.data, theme=form.theme.data)
    return response


@blueprint.post("/profil/telepon")
@require("softphone.use")
def change_softphone() -> Answer:
    """Let the browser ring beside the ordinary telephone, or no longer."""
    form, who = forms.SoftphoneForm(), principal()
    if not form.validate_on_submit():
        return _page(forms.PasswordForm()), 422
    with transaction():
        db.session.get_one(Account, who.id).softphone = bool(form.softphone.data)
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profil/kata-sandi")
@require("profile.own")
def change_password() -> Answer:
    """Change my password; my other devices are signed out."""
    form, who, now = forms.PasswordForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        wait = take_turn(password_key(who.id), now)
    if wait:
        sentence = _("Terlalu banyak percobaan. Tunggu %(seconds)s detik, lalu coba lagi.", seconds=wait)
        return _page(form, sentence), 429, {"Retry-After": str(wait)}
    old_hash = db.session.get_one(Account, who.id).password_hash
    db.session.rollback()  # no connection is held while the hashes are worked out
    if not matches(old_hash, form.old.data or ""):
        return _page(form, _("Kata sandi sekarang tidak cocok.")), 422
    try:
        password_hash = prepared(form.password.data or "", who.email)
    except RuleBroken as broken:
        return _page(form, broken.sentence), 422
    with transaction():
        keep_password(who.id, password_hash, now, but=who.session_id)
        forget(password_key(who.id))
    flash(_("Kata sandi sudah diganti."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profil/sesi/<uuid:session_id>")
@require("profile.own")
def end_device(session_id: uuid.UUID) -> Answer:
    """Sign one of my devices out."""
    who, now = principal(), clock.now()
    if session_id not in {s.id for s in queries.living_sessions(who.id, now)}:
        raise NotFound
    with transaction():
        end_session(session_id, "by_owner", now)
        record(who.id, "session.end", "session", session_id, now)
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profil/sesi/lain")
@require("profile.own")
def end_other_devices() -> Answer:
    """Sign all my other devices out."""
    who, now = principal(), clock.now()
    with transaction():
        end_sessions_of(who.id, "by_owner", now, but=who.session_id)
        record(who.id, "session.end_others", "account", who.id, now)
    return redirect(url_for("accounts.profile"), 303)
