"""The one-time link: a new member of staff chooses her password and connects her second factor."""

from __future__ import annotations

import io

import pyotp
import segno
from flask import Response, flash
from flask_babel import gettext as _

from tesa.accounts import forms
from tesa.accounts.actions.finish_enrolment import finish_enrolment, open_enrolment
from tesa.accounts.actions.set_secrets import prepared
from tesa.accounts.permissions import public_endpoint
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.web.fragments import render


@blueprint.get("/enrol/<token>")
@public_endpoint
def enrol(token: str) -> str:
    """The page behind a one-time link; not found when the link is used, void or too old."""
    return _page(token, forms.EnrolForm())


def _page(token: str, form: forms.EnrolForm, sentence: str = "") -> str:
    _enrolment, account, seed = open_enrolment(token, clock.now())
    return render("accounts/enrol.html", form=form, token=token, seed=seed, email=account.email, sentence=sentence)


@blueprint.get("/enrol/<token>/qr.svg")
@public_endpoint
def enrol_picture(token: str) -> Response:
    """The seed as a picture for the authenticator app; a response of its own, as the page may hold no inline image."""
    _enrolment, account, seed = open_enrolment(token, clock.now())
    out = io.BytesIO()
    uri = pyotp.TOTP(seed).provisioning_uri(name=account.email, issuer_name="TeSA")
    segno.make(uri, error="m").save(out, kind="svg", scale=5, border=3, light="#ffffff", svgclass=None, lineclass=None)
    return Response(out.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@blueprint.post("/enrol/<token>")
@public_endpoint
def finish(token: str) -> str | tuple[str, int]:
    """Set password and second factor; the recovery codes are shown this once."""
    form, now = forms.EnrolForm(), clock.now()
    if not form.validate_on_submit():
        return _page(token, form), 422
    _enrolment, account, _seed = open_enrolment(token, now)
    email = account.email
    db.session.rollback()  # no connection is held while the hash is worked out
    try:
        password_hash = prepared(form.password.data or "", email)
        with transaction():
            codes = finish_enrolment(token, password_hash, form.code.data or "", now)
    except RuleBroken as broken:
        return _page(token, form, broken.sentence), 422
    flash(_("Selesai. Silakan masuk."))
    return render("accounts/first_codes.html", codes=codes)
