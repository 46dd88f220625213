"""Recording: the switch, and a caller's consent on her contact's page."""

from __future__ import annotations

import uuid

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.audit import record
from tesa.accounts.permissions import require
from tesa.accounts.public import emails, principal
from tesa.accounts.two_person import propose
from tesa.core import clock
from tesa.core.errors import Conflict
from tesa.core.transactions import transaction
from tesa.intake import forms
from tesa.intake.actions.turn_recording import turn_recording
from tesa.intake.actions.withdraw_consent import withdraw_consent
from tesa.intake.proposal_kinds import RECORDING, SWITCH
from tesa.intake.queries import contact_for
from tesa.intake.recording import is_on, last_switch
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact
from tesa.web.fragments import render


@blueprint.get("/perekaman")
@require("recording.read")
def recording() -> str:
    """Is recording on, since when, by whom?"""
    return _page(forms.RecordTalksForm(formdata=None))


def _page(form: forms.RecordTalksForm) -> str:
    switch = last_switch()
    people = {p for p in (switch.proposed_by, switch.approved_by) if p} if switch else set()
    return render("intake/recording.html", switch=switch, people=emails(people), form=form, me=principal())


@blueprint.post("/perekaman")
@require("recording.change")
def turn_on() -> AnyResponse | tuple[str, int]:
    """Propose that recording is turned on; a coordinator decides."""
    form, who, now = forms.RecordTalksForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        if is_on():
            raise Conflict(_("Perekaman sudah menyala."))
        propose(RECORDING, SWITCH, form.why.data or "", who, now)
    flash(_("Usulan terkirim. Orang kedua memutuskannya."), "done")
    return redirect(url_for("intake.recording"), 303)


@blueprint.post("/perekaman/berhenti")
@require("recording.stop")
def turn_off() -> AnyResponse:
    """Turn recording off; one person is enough for that."""
    who, now = principal(), clock.now()
    with transaction():
        turn_recording(False, who.id, None, now)
    flash(_("Perekaman dimatikan."), "done")
    return redirect(url_for("intake.recording"), 303)


@blueprint.post("/kontak/<uuid:contact_id>/rekaman/tarik")
@require("contact.unrecord")
def withdraw(contact_id: uuid.UUID) -> AnyResponse:
    """She does not want to be recorded after all."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.unrecord")
        withdraw_consent(found, who.id, now)
        record(who.id, "contact.unrecord", "contact", contact_id, now, case_id=found.case_id)
    flash(_("Perekaman dihentikan dan rekamannya dimusnahkan."), "done")
    return to_contact(contact_id)
