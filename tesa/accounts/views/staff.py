"""The staff page of administrators, and the table of who may do what."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tesa.accounts import forms, queries
from tesa.accounts.access_table import tables
from tesa.accounts.actions.finish_enrolment import offer_enrolment
from tesa.accounts.actions.renew_link import ENROLMENT, NEW_LINK, needs_second_person, renew_link
from tesa.accounts.actions.save_account import Details, save_account, waiting_roles
from tesa.accounts.audit import record
from tesa.accounts.notices import register_notice
from tesa.accounts.permissions import require
from tesa.accounts.proposal_kinds import CLINICAL_ROLE
from tesa.accounts.public import Role, StaffMember, by_email, everybody, member, principal
from tesa.accounts.sessions import end_sessions_of
from tesa.accounts.two_person import open_of, propose
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.telephony.inbound import settings
from tesa.web.fragments import render

Answer = Response | str | tuple[str, int]
register_notice(
    NEW_LINK,
    _l("Administrator meminta tautan masuk baru untuk akun Anda. Bila bukan Anda yang meminta: hubungi koordinator."),
    lambda _object_id: url_for("accounts.profile"),
)


@blueprint.get("/staf")
@require("staff.list")
def staff_list() -> str:
    """All members of staff."""
    return _list()


def _list(link: str | None = None, whose: str = "") -> str:
    return render(
        "accounts/staff.html",
        people=everybody(),
        enrolled=queries.enrolled(),
        words=forms.ROLE_WORDS,
        link=link,
        whose=whose,
    )


@blueprint.get("/staf/hak")
@require("permissions.list")
def permissions() -> str:
    """Which role may do what: the table that is asked at every request."""
    return render("accounts/permissions.html", tables=tables())


@blueprint.route("/staf/baru", methods=["GET", "POST"])
@require("staff.write")
def staff_new() -> Answer:
    """Add a member of staff; her one-time link is shown once."""
    return _form(None)


@blueprint.route("/staf/<uuid:account_id>", methods=["GET", "POST"])
@require("staff.write")
def staff_edit(account_id: uuid.UUID) -> Answer:
    """Change a member of staff."""
    return _form(_known(account_id))


def _known(account_id: uuid.UUID) -> StaffMember:
    person = member(account_id)
    if person is None:
        raise NotFound
    return person


def _form(person: StaffMember | None) -> Answer:
    form, who, now = forms.StaffForm(), principal(), clock.now()
    if request.method == "GET":
        _fill(form, person)
        return _form_page(form, person)
    if not form.validate_on_submit():
        return _form_page(form, person), 422
    details = _details(form, person)
    try:
        with transaction():
            if person is None:
                _refuse_known(details.email)
            account_id = save_account(details, who.id, now)
            waiting = waiting_roles(account_id, details)
            if waiting:
                roles = ";".join(sorted(waiting))
                propose(CLINICAL_ROLE, account_id, form.reason.data or "", who, now, roles=roles)
            token = None if person else offer_enrolment(account_id, who.id, now)
    except (RuleBroken, Conflict) as refusal:
        return _form_page(form, person, refusal.sentence), refusal.status
    if waiting:
        flash(_("Tersimpan. Peran klinisnya menunggu persetujuan koordinator."), "done")
    return _list(_link(token), details.email) if token else redirect(url_for("accounts.staff_list"), 303)


def _refuse_known(email: str) -> None:
    """The form for a new person must not change one who is there."""
    if by_email(email) is not None:
        raise RuleBroken(_("Alamat surel ini sudah dipakai."))


def _form_page(form: forms.StaffForm, person: StaffMember | None, sentence: str = "") -> str:
    return render("accounts/staff_form.html", form=form, person=person, sentence=sentence)


def _fill(form: forms.StaffForm, person: StaffMember | None) -> None:
    if person is None:
        return
    form.name.data, form.email.data, form.phone.data = person.name, person.email, person.phone or ""
    form.roles.data, form.gender.data = [str(r) for r in person.roles], person.gender or ""
    form.languages.data, form.kecamatan.data = ";".join(sorted(person.languages)), person.kecamatan or ""
    form.active.data = person.active


def _details(form: forms.StaffForm, person: StaffMember | None) -> Details:
    """What the form says; the e-mail address of somebody who is there already cannot be changed by it."""
    codes = tuple(code.strip().lower() for code in (form.languages.data or "").split(";") if code.strip())
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


def _link(token: str) -> str:
    return settings().url(url_for("accounts.enrol", token=token))


@blueprint.get("/staf/<uuid:account_id>/tautan")
@require("staff.write")
def staff_link_page(account_id: uuid.UUID) -> str:
    """Why she needs a new link; or, once a coordinator has approved it, the button that makes it."""
    return _link_page(_known(account_id), forms.LinkForm(formdata=None))


def _link_page(person: StaffMember, form: forms.LinkForm, sentence: str = "") -> str:
    known = open_of(ENROLMENT, person.id, clock.now())
    return render("accounts/new_link.html", person=person, form=form, known=known, me=principal(), sentence=sentence)


@blueprint.post("/staf/<uuid:account_id>/tautan")
@require("staff.write")
def staff_link(account_id: uuid.UUID) -> Answer:
    """A new one-time link, shown once: her old password and second factor count until she has used it."""
    person, who, now, form = _known(account_id), principal(), clock.now(), forms.LinkForm()
    if needs_second_person(person.id) and not form.validate_on_submit():
        return _link_page(person, form), 422
    try:
        with transaction():
            token = renew_link(person.id, form.reason.data or "", who, now)
    except (RuleBroken, Conflict) as refusal:
        return _link_page(person, form, refusal.sentence), refusal.status
    if token is None:
        flash(_("Usulan dikirim. Setelah koordinator menyetujuinya, buat tautannya di sini."), "done")
        return redirect(url_for("accounts.staff_link_page", account_id=person.id), 303)
    return _list(_link(token), person.email)


@blueprint.post("/staf/<uuid:account_id>/keluarkan")
@require("staff.write")
def staff_sign_out(account_id: uuid.UUID) -> Answer:
    """Sign somebody out everywhere."""
    person, who, now = _known(account_id), principal(), clock.now()
    with transaction():
        end_sessions_of(person.id, "by_administrator", now)
        record(who.id, "staff.sign_out", "account", person.id, now)
    return redirect(url_for("accounts.staff_list"), 303)
