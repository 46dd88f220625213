"""The list of those who may be called into a talk."""

from __future__ import annotations

import uuid

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import forms, talk_labels
from tesa.intake.actions.add_third_party import add_third_party, switch_third_party
from tesa.intake.talk_screens import listed_parties
from tesa.intake.views.blueprint import blueprint
from tesa.web.fragments import render


@blueprint.get("/pihak-lain")
@require("third_parties.edit")
def parties() -> str:
    """The list."""
    return _page(forms.ThirdPartyForm())


def _page(form: forms.ThirdPartyForm) -> str:
    return render("intake/third_parties.html", rows=listed_parties(), form=form, words=talk_labels)


@blueprint.post("/pihak-lain")
@require("third_parties.edit")
def add_party() -> AnyResponse | tuple[str, int]:
    """Put somebody on it."""
    form, who, now = forms.ThirdPartyForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with transaction():
            add_third_party(
                form.short_name.data,
                form.language.data or "",
                form.name.data or "",
                form.number.data or "",
                who.id,
                now,
            )
    except RuleBroken as refusal:
        form.number.errors = [refusal.sentence]
        return _page(form), refusal.status
    return redirect(url_for("intake.parties"), 303)


@blueprint.post("/pihak-lain/<uuid:party_id>")
@require("third_parties.edit")
def switch_party(party_id: uuid.UUID) -> AnyResponse:
    """Use an entry, or stop using it."""
    who, now = principal(), clock.now()
    with transaction():
        switch_third_party(party_id, request.form.get("active") == "1", who.id, now)
    return redirect(url_for("intake.parties"), 303)
