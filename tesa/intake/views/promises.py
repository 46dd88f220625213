"""Promises to call back: made and closed on the page of a contact."""

from __future__ import annotations

import uuid

from flask import flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.audit import record
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import forms
from tesa.intake.actions.call_back import call_back
from tesa.intake.actions.close_call_back import close_call_back
from tesa.intake.actions.take_promise import take_promise
from tesa.intake.models import CallBackTask
from tesa.intake.queries import contact_for
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact


@blueprint.post("/kontak/<uuid:contact_id>/telepon-kembali")
@require("call_back.close")
def close_promise(contact_id: uuid.UUID) -> AnyResponse:
    """Close a promise to call back, with an outcome and a reason."""
    who, now, form = principal(), clock.now(), forms.CallBackForm()
    if not form.validate_on_submit():
        raise RuleBroken(_("Pilih hasil dan tuliskan alasannya dengan singkat."))
    with transaction():
        found = contact_for(contact_id, who, "call_back.close")
        task = db.session.scalar(db.select(CallBackTask).where(CallBackTask.contact_id == contact_id))
        if task is None:
            raise NotFound
        close_call_back(task, found, form.outcome.data, form.reason.data or "", who.id, now)
        record(who.id, "call_back.close", "contact", contact_id, now, outcome=form.outcome.data)
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/janji")
@require("contact.take")
def promise_mine(contact_id: uuid.UUID) -> AnyResponse:
    """She will call back: she answers for it from now on."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.take")
        take_promise(found, who.id, now)
        record(who.id, "call_back.take", "contact", contact_id, now)
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/telepon")
@require("call_back.call")
def ring_back(contact_id: uuid.UUID) -> AnyResponse:
    """Call her back now: the own phone rings first. 409 with the reason when it is not safe for her."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "call_back.call")
        call_back(found, who.id, now)
        record(who.id, "call_back.call", "contact", contact_id, now)
    flash(_("Telepon Anda berdering. Tekan 1 untuk menelepon dia."), "done")
    return to_contact(contact_id)
