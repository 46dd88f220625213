"""Her own second factors: passkeys and recovery codes. Each change asks for a second factor first (see the policy)."""

from __future__ import annotations

import uuid

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts import forms, passkeys
from tesa.accounts.actions.change_factors import drop_passkey, keep_passkey, renew_recovery_codes
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tesa.web.fragments import render

Answer = Response | str | tuple[str, int]


@blueprint.get("/profil/kunci-sandi")
@require("factor.change")
def new_passkey() -> Answer:
    """The page on which a passkey is made."""
    return _page(forms.PasskeyForm())


def _page(form: forms.PasskeyForm, sentence: str = "") -> str:
    return render(
        "accounts/passkey.html", form=form, sentence=sentence, purpose=passkeys.REGISTER,
        passkeys=passkeys.relying_party() is not None,
    )  # fmt: skip


@blueprint.post("/profil/kunci-sandi")
@require("factor.change")
def add_passkey() -> Answer:
    """Keep a new passkey; her other sessions end."""
    form, who, now = forms.PasskeyForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        kept = keep_passkey(who, form.passkey.data or "", (form.name.data or "").strip(), now)
    if not kept:
        return _page(form, _("Kunci sandi tidak dapat disimpan. Coba lagi.")), 422
    flash(_("Kunci sandi sudah disimpan."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profil/kunci-sandi/<uuid:passkey_id>/hapus")
@require("factor.change")
def remove_passkey(passkey_id: uuid.UUID) -> Answer:
    """Remove one of my passkeys; my other sessions end."""
    who, now = principal(), clock.now()
    with transaction():
        if not drop_passkey(who, passkey_id, now):
            raise NotFound
    flash(_("Kunci sandi sudah dihapus."))
    return redirect(url_for("accounts.profile"), 303)


@blueprint.post("/profil/kode-pemulihan")
@require("factor.change")
def new_recovery_codes() -> Answer:
    """Ten new recovery codes, shown this once; those from before are void, and my other sessions end."""
    who, now = principal(), clock.now()
    with transaction():
        codes = renew_recovery_codes(who, now)
    return render("accounts/recovery_codes.html", codes=codes, onward=url_for("accounts.profile"))
