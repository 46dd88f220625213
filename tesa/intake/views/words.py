"""The list of emergency words."""

from __future__ import annotations

import uuid

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake import forms
from tesa.intake.actions.add_emergency_word import add_emergency_word, switch_emergency_word
from tesa.intake.models import EmergencyWord
from tesa.intake.views.blueprint import blueprint
from tesa.web.fragments import render


@blueprint.get("/kata-darurat")
@require("emergency_words.edit")
def words() -> str:
    """The list of emergency words."""
    return _words_page(forms.WordForm())


def _words_page(form: forms.WordForm) -> str:
    listed = db.session.scalars(db.select(EmergencyWord).order_by(EmergencyWord.phrase)).all()
    return render("intake/words.html", words=listed, form=form, button=forms.ButtonForm())


@blueprint.post("/kata-darurat")
@require("emergency_words.edit")
def add_word() -> AnyResponse | tuple[str, int]:
    """Add a word."""
    form, who, now = forms.WordForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _words_page(form), 422
    with transaction():
        add_emergency_word(form.phrase.data or "", who.id, now)
    return redirect(url_for("intake.words"), 303)


@blueprint.post("/kata-darurat/<uuid:word_id>")
@require("emergency_words.edit")
def switch_word(word_id: uuid.UUID) -> AnyResponse:
    """Use a word, or stop using it."""
    who, now = principal(), clock.now()
    with transaction():
        switch_emergency_word(word_id, request.form.get("active") == "1", who.id, now)
    return redirect(url_for("intake.words"), 303)
