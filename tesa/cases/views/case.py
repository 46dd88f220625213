"""The page of one case, and what can be done there except with notes."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from tesa.accounts.permissions import require
from tesa.accounts.public import emails, principal
from tesa.accounts.reveal import RevealForm, reason_given
from tesa.accounts.two_person import open_of
from tesa.cases import forms, labels, screens
from tesa.cases.actions.assign_owner import assign_owner
from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.describe_person import describe_person
from tesa.cases.actions.export_case import EXPORT
from tesa.cases.actions.read_case import CaseView, read_case
from tesa.cases.actions.reopen_case import reopen_case
from tesa.cases.actions.reveal_numbers import reveal_numbers
from tesa.cases.actions.screen_risk import screen_risk
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.queries import glass_until
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.web.fragments import render

NOBODY = uuid.UUID(int=0)


@blueprint.get("/kasus/<uuid:case_id>")
@require("case.read")
def show(case_id: uuid.UUID) -> str:
    """A case: how she may be reached, risk, what happened, notes. Opening it is on record."""
    return _page(case_id)


def _page(case_id: uuid.UUID, wrong: FlaskForm | None = None, revealed: list[str] | None = None) -> str:
    """The page of a case; `wrong` is a form that could not be accepted and is shown again with its errors."""
    who, now = principal(), clock.now()
    with transaction():
        case = read_case(case_id, who, now, before=request.args.get("sebelum", type=int))
    people = {case.owner_id} | {i for e in case.events for i in (e.actor_id, e.ref) if i is not None}
    return render(
        "cases/show.html",
        case=case,
        address=emails(people),
        readings=screens.readings(case_id),
        labels=labels,
        me=who,
        now=now,
        forms=_forms(case, wrong),
        glass_until=glass_until(case_id, who.id, now),
        export=open_of(EXPORT, case_id, now) if EXPORT in case.acts else None,
        reveal_form=RevealForm(formdata=None),
        revealed=revealed,
        wrong=type(wrong).__name__ if wrong else "",
    )


def _forms(case: CaseView, wrong: FlaskForm | None) -> dict[str, FlaskForm]:
    """The forms of a case's page by name, filled with what is known; `wrong` stands in for its own kind."""
    plan, person = case.plan.answers, case.person
    fresh: dict[str, FlaskForm] = {
        "screen": forms.ScreenForm(formdata=None, risk=case.risk),
        "assign": forms.AssignForm(case, formdata=None),
        "close": forms.CloseForm(formdata=None),
        "safe": forms.SafeContactForm(
            formdata=None,
            to_call=plan.to_call.value,
            to_message=plan.to_message.value,
            since=plan.between.since if plan.between else None,
            until=plan.between.until if plan.between else None,
            hours=plan.hours,
            code_word=plan.code_word,
        ),
        "person": forms.PersonForm(
            formdata=None,
            name=person.name,
            alias=person.alias,
            gender=person.gender or "",
            birth_year=person.birth_year,
        ),
    }
    return {name: wrong if wrong is not None and type(wrong) is type(form) else form for name, form in fresh.items()}


def _done(case_id: uuid.UUID, sentence: str) -> Response:
    flash(sentence, "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.post("/kasus/<uuid:case_id>/nomor")
@require("number.reveal")
def reveal(case_id: uuid.UUID) -> str:
    """Show her masked numbers once."""
    who, now = principal(), clock.now()
    with transaction():
        numbers = reveal_numbers(case_id, who, reason_given(), now)
    return _page(case_id, revealed=numbers)


@blueprint.post("/kasus/<uuid:case_id>/risiko")
@require("case.screen")
def screen(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Judge the risk."""
    form = forms.ScreenForm()
    if not form.validate_on_submit():
        return _page(case_id, form), 422
    try:
        with transaction():
            screen_risk(case_id, form.risk.data, form.why.data or "", principal(), clock.now())
    except RuleBroken as broken:
        form.why.errors = [broken.sentence]
        return _page(case_id, form), 422
    return _done(case_id, _("Penilaian risiko tersimpan."))


@blueprint.post("/kasus/<uuid:case_id>/pemilik")
@require("case.assign")
def assign(case_id: uuid.UUID) -> Response:
    """Give the case to another psychologist."""
    chosen = request.form.get("account_id", NOBODY, type=uuid.UUID)
    with transaction():
        assign_owner(case_id, chosen, principal(), clock.now())
    return _done(case_id, _("Kasus sudah diserahkan."))


@blueprint.post("/kasus/<uuid:case_id>/tutup")
@require("case.close")
def close(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Close the case."""
    form = forms.CloseForm()
    if not form.validate_on_submit():
        return _page(case_id, form), 422
    with transaction():
        close_case(case_id, form.reason.data, form.remark.data or "", principal(), clock.now())
    return _done(case_id, _("Kasus ditutup."))


@blueprint.post("/kasus/<uuid:case_id>/buka-kembali")
@require("case.reopen")
def reopen(case_id: uuid.UUID) -> Response:
    """Take a closed case up again."""
    with transaction():
        reopen_case(case_id, principal(), clock.now())
    return _done(case_id, _("Kasus dibuka kembali. Nilai risikonya."))


@blueprint.post("/kasus/<uuid:case_id>/orang")
@require("person.describe")
def describe(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keep who she is."""
    form = forms.PersonForm()
    if not form.validate_on_submit():
        return _page(case_id, form), 422
    try:
        with transaction():
            describe_person(
                case_id, form.name.data or "", form.alias.data or "", form.gender.data or None, form.birth_year.data,
                principal(), clock.now(),
            )  # fmt: skip
    except RuleBroken as broken:
        form.birth_year.errors = [broken.sentence]
        return _page(case_id, form), 422
    return _done(case_id, _("Keterangan orang tersimpan."))


@blueprint.post("/kasus/<uuid:case_id>/kontak-aman")
@require("person.safe_contact")
def safe_contact(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keep what she said about being reached."""
    form = forms.SafeContactForm()
    if not form.validate_on_submit():
        return _page(case_id, form), 422
    with transaction():
        set_safe_contact(case_id, form.answers(), principal(), clock.now())
    return _done(case_id, _("Rencana kontak aman tersimpan."))
