"""*Kotak* and the contact in it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.audit import record
from tesa.accounts.audit.reading import opened_in_session
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.reveal import RevealForm, reason_given
from tesa.cases.public import case_brief, may_read_case, people_with_number
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import forms, labels, screens
from tesa.intake.actions.accept_offer import accept_offer
from tesa.intake.actions.finalize_contact import finalize_contact
from tesa.intake.actions.link_case import link_case
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.actions.reveal_number import reveal_number
from tesa.intake.actions.send_reply import send_reply
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.caller_screens import called_again
from tesa.intake.flags import rows_on
from tesa.intake.models import Contact
from tesa.intake.queries import contact_for, number_of, open_offer
from tesa.intake.rules.words import OfferOutcome
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.flags import usual_last_day
from tesa.intake.views.going import to_contact
from tesa.psychologists.public import on_duty
from tesa.web.fragments import is_poll, render

REFRESHES_FOR = timedelta(hours=1)  # an open page that refreshes itself is put on record again after that
EMERGENCY_NUMBERS = ("112", "110", "119", "129")


def _inbox(contact_view: screens.ContactView | None, tab: str, **more: object) -> str:
    who, now = principal(), clock.now()
    return render(
        "intake/inbox.html",
        tab=tab,
        rows=screens.queue(tab, who, now),
        counts=screens.counts(who),
        view=contact_view,
        again=called_again(contact_view.contact, who) if contact_view else (),
        labels=labels,
        now=now,
        numbers=EMERGENCY_NUMBERS,
        button=forms.ButtonForm(),
        reply=more.pop("reply", None) or forms.ReplyForm(),
        finalize=forms.FinalizeForm(),
        call_back=forms.CallBackForm(),
        link=forms.LinkCaseForm(),
        flag_form=forms.FlagForm(formdata=None, data={"last_day": usual_last_day(now)}),
        flags=more.pop("flags", ()),
        case=more.pop("case", None),
        matches=more.pop("matches", ()),
        reveal_form=RevealForm(formdata=None),
        revealed=more.pop("revealed", None),
        me=who,
    )


def _tab_asked() -> str:
    tab = request.args.get("tab", "waiting")
    return tab if tab in labels.TABS else "waiting"


@blueprint.get("/kotak")
@require("contact.queue")
def inbox() -> str:
    """The inbox without an open contact."""
    return _inbox(None, _tab_asked())


@blueprint.get("/kontak/<uuid:contact_id>")
@require("contact.read")
def contact(contact_id: uuid.UUID) -> str:
    """One contact inside the inbox. Opening one's own is on record; the live refresh of an open page is not."""
    return _contact_page(contact_id, None)


def _contact_page(contact_id: uuid.UUID, reply: forms.ReplyForm | None, revealed: list[str] | None = None) -> str:
    who = principal()
    found = screens.visible_contact(contact_id, who)
    if found is None:
        raise NotFound
    now = clock.now()
    refreshes = is_poll() and opened_in_session(who.session_id, "contact.read", contact_id, now - REFRESHES_FOR)
    if found.psychologist_id == who.id and not refreshes:
        with transaction():
            record(who.id, "contact.read", "contact", contact_id, now, case_id=found.case_id)
        found = db.session.get_one(Contact, contact_id)
    view = screens.contact_view(found, who)
    hers = number_of(found)
    number = hers if "contact.case" in view.can and found.case_id is None else None
    return _inbox(
        view,
        _tab_asked() if "tab" in request.args else ("mine" if view.mine else "waiting"),
        reply=reply,
        revealed=revealed,
        case=case_brief(found.case_id) if found.case_id else None,
        matches=people_with_number(number) if number else (),
        flags=rows_on(hers, now) if hers else (),
    )


@blueprint.post("/kontak/<uuid:contact_id>/nomor")
@require("number.reveal")
def reveal(contact_id: uuid.UUID) -> str:
    """Show the masked number once."""
    who, now = principal(), clock.now()
    with transaction():
        number = reveal_number(contact_id, who, reason_given(), now)
    return _contact_page(contact_id, None, number)


@blueprint.post("/kontak/<uuid:contact_id>/terima")
@require("contact.take")
def accept(contact_id: uuid.UUID) -> AnyResponse:
    """Accept an offered call on the page: the own phone is picked up or led into the conversation."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.take")
        offer = open_offer(contact_id, who.id)
        if offer is None or offer.kind != "call":
            raise RuleBroken(_("Panggilan ini tidak sedang ditawarkan kepada Anda."))
        accept_offer(offer, found, "page", now)
        record(who.id, "contact.accept", "contact", contact_id, now)
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/tolak")
@require("contact.take")
def decline(contact_id: uuid.UUID) -> AnyResponse:
    """Decline an offered call on the page: the next phone rings."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.take")
        offer = open_offer(contact_id, who.id)
        if offer is not None:
            miss_offer(offer, found, OfferOutcome.DECLINED, now)
            record(who.id, "contact.decline", "contact", contact_id, now)
    return redirect(url_for("intake.inbox"), 303)


@blueprint.post("/kontak/<uuid:contact_id>/ambil")
@require("contact.take")
def take(contact_id: uuid.UUID) -> AnyResponse:
    """Take a written conversation."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.take")
        duty = next((p for p in on_duty("hotline", now) if p.account_id == who.id), None)
        take_conversation(found, who.id, duty.tier if duty else 3, now)
        record(who.id, "contact.take", "contact", contact_id, now)
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/balas")
@require("contact.reply")
def reply(contact_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    """Answer a text; the words stay in the form when they cannot be sent."""
    who, now, form = principal(), clock.now(), forms.ReplyForm()
    if not form.validate_on_submit():
        return _contact_page(contact_id, form), 422
    try:
        with transaction():
            found = contact_for(contact_id, who, "contact.reply")
            send_reply(found, form.text.data or "", who.id, now)
            record(who.id, "contact.reply", "contact", contact_id, now)
    except (RuleBroken, NotAllowed, Conflict) as refusal:
        form.text.errors = [refusal.sentence]
        return _contact_page(contact_id, form), refusal.status
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/darurat")
@require("contact.emergency")
def emergency(contact_id: uuid.UUID) -> AnyResponse:
    """Raise the emergency: the outreach team is called at once."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.emergency")
        raise_emergency(found, "psychologist", who.id, now)
        record(who.id, "contact.emergency", "contact", contact_id, now)
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/selesai")
@require("contact.finalize")
def finalize(contact_id: uuid.UUID) -> AnyResponse:
    """Put the contact on record."""
    who, now, form = principal(), clock.now(), forms.FinalizeForm()
    if not form.validate_on_submit():
        raise RuleBroken(_("Pilih hasil kontak dari daftar."))
    with transaction():
        found = contact_for(contact_id, who, "contact.finalize")
        finalize_contact(found, form.outcome.data, form.services.data or [], who.id, now)
        record(who.id, "contact.finalize", "contact", contact_id, now, outcome=form.outcome.data)
    back = request.form.get("back")
    return redirect(url_for("intake.inbox", tab=back) if back in labels.TABS else url_for("intake.home"), 303)


@blueprint.post("/kontak/<uuid:contact_id>/kasus")
@require("contact.case")
def to_case(contact_id: uuid.UUID) -> AnyResponse:
    """Link the contact with a known person's case, or open a new one."""
    who, now, form = principal(), clock.now(), forms.LinkCaseForm()
    person = _uuid_or_none(form.person_id.data)
    with transaction():
        found = contact_for(contact_id, who, "contact.case")
        case_id = link_case(found, person, (form.name.data or "").strip(), who.id, now)
        record(who.id, "contact.case", "contact", contact_id, now, case_id=case_id)
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _uuid_or_none(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise NotFound from error


@blueprint.get("/kasus/<uuid:case_id>/kontak")
@require("contact.read")
def contacts_of_case(case_id: uuid.UUID) -> str:
    """A fragment of the case page: its contacts. Only for those who may see the case."""
    if not may_read_case(case_id, principal(), clock.now()):
        raise NotFound
    return render("intake/_contacts_of_case.html", rows=screens.contacts_of_case(case_id), labels=labels)
