"""The panel of a talk, and all that is done in it. Each button posts; the contact's page is shown again."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.audit import record
from tesa.accounts.permissions import require
from tesa.accounts.public import Principal, principal
from tesa.core import clock
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import forms, screens, talk_labels
from tesa.intake.actions.ask_colleague import ask_colleague, ask_coordinators, listen_in
from tesa.intake.actions.call_third_party import call_third_party, call_typed_number, remove_participant
from tesa.intake.actions.change_listening import change_listening
from tesa.intake.actions.end_talk import finish_broken_talk, finish_talk
from tesa.intake.actions.hand_over import bring_together, hand_over
from tesa.intake.actions.press_digits import press_digits
from tesa.intake.actions.shape_leg import hold_client, mute_leg
from tesa.intake.models import Contact
from tesa.intake.queries import contact_for
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import legs_of, psychologist_leg
from tesa.intake.talk_screens import talk_view
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact
from tesa.web.fragments import render


@blueprint.get("/kontak/<uuid:contact_id>/bicara")
@require("contact.read", passive=True)
def talk_panel(contact_id: uuid.UUID) -> str:
    """The panel of a talk: a part of the contact's page, or a page of its own for a small screen."""
    who, now = principal(), clock.now()
    found = screens.visible_contact(contact_id, who)
    if found is None:
        raise NotFound
    view = talk_view(found, who, now)
    return render(
        "intake/talk.html", "bicara", talk=view, words=talk_labels, now=now, listen=forms.ListenForm(formdata=None)
    )


def _do(contact_id: uuid.UUID, act: str, deed: Callable[[Contact, Principal], None], **more: str | bool) -> AnyResponse:
    """Do something to the talk of a contact, if this person may, and put it on record."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, act)
        deed(found, who)
        record(who.id, act, "contact", contact_id, now, case_id=found.case_id, **more)
    return to_contact(contact_id)


def _on() -> bool:
    return request.form.get("on") == "1"


def _id(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get(name, ""))
    except ValueError as error:
        raise RuleBroken(_("Pilih dari daftar.")) from error


def _leg(contact: Contact) -> TalkLeg:
    wanted = _id("leg_id")
    found = next((leg for leg in legs_of(contact.id) if leg.id == wanted), None)
    if found is None:
        raise RuleBroken(_("Pihak ini tidak ikut dalam percakapan."))
    return found


@blueprint.post("/kontak/<uuid:contact_id>/bicara/tahan")
@require("talk.lead")
def talk_hold(contact_id: uuid.UUID) -> AnyResponse:
    """Hold the client with music, or take her back."""
    now, on = clock.now(), _on()
    return _do(contact_id, "talk.lead", lambda c, who: hold_client(c, on, who.id, now), what="hold", on=on)


@blueprint.post("/kontak/<uuid:contact_id>/bicara/bisu")
@require("talk.lead")
def talk_mute(contact_id: uuid.UUID) -> AnyResponse:
    """Mute one's own line, or let it be heard again."""
    now, on = clock.now(), _on()

    def deed(contact: Contact, who: Principal) -> None:
        leg = psychologist_leg(contact)
        if leg is None:
            raise RuleBroken(_("Tidak ada percakapan telepon yang sedang berlangsung."))
        mute_leg(leg, on, who.id, now)

    return _do(contact_id, "talk.lead", deed, what="mute", on=on)


@blueprint.post("/kontak/<uuid:contact_id>/bicara/alihkan")
@require("talk.lead")
def talk_transfer(contact_id: uuid.UUID) -> AnyResponse:
    """Ask a colleague to take the talk over."""
    now = clock.now()
    return _do(
        contact_id, "talk.lead", lambda c, who: _ignore(ask_colleague(c, _id("account_id"), who.id, now)), what="ask"
    )  # fmt: skip


@blueprint.post("/kontak/<uuid:contact_id>/bicara/koordinator")
@require("talk.lead")
def talk_coordinator(contact_id: uuid.UUID) -> AnyResponse:
    """Ask the coordinators to join."""
    now = clock.now()

    def deed(contact: Contact, who: Principal) -> None:
        if ask_coordinators(contact, who.id, now) == 0:
            raise RuleBroken(_("Tidak ada koordinator yang dapat dihubungi sekarang."))

    return _do(contact_id, "talk.lead", deed, what="coordinator")


@blueprint.post("/kontak/<uuid:contact_id>/bicara/bersama")
@require("talk.lead")
def talk_together(contact_id: uuid.UUID) -> AnyResponse:
    """All three speak."""
    now = clock.now()
    return _do(contact_id, "talk.lead", lambda c, who: bring_together(c, who.id, now), what="together")


@blueprint.post("/kontak/<uuid:contact_id>/bicara/serahkan")
@require("talk.lead")
def talk_hand_over(contact_id: uuid.UUID) -> AnyResponse:
    """Give the contact to the colleague who has joined."""
    now = clock.now()
    return _do(contact_id, "talk.lead", lambda c, who: hand_over(c, who.id, now), what="hand_over")


@blueprint.post("/kontak/<uuid:contact_id>/bicara/pihak")
@require("talk.lead")
def talk_third(contact_id: uuid.UUID) -> AnyResponse:
    """Call somebody of the list, or a number that was typed, into the talk."""
    now, typed = clock.now(), request.form.get("number", "").strip()[:40]

    def deed(contact: Contact, who: Principal) -> None:
        if typed:
            call_typed_number(contact, typed, who.id, now)
        else:
            call_third_party(contact, _id("party_id"), who.id, now)

    return _do(contact_id, "talk.lead", deed, what="third")


@blueprint.post("/kontak/<uuid:contact_id>/bicara/tombol")
@require("talk.lead")
def talk_digits(contact_id: uuid.UUID) -> AnyResponse:
    """Press keys into a third party's line."""
    now, digits = clock.now(), request.form.get("digits", "").strip()
    return _do(contact_id, "talk.lead", lambda c, who: press_digits(_leg(c), digits, who.id, now), what="keys")


@blueprint.post("/kontak/<uuid:contact_id>/bicara/keluarkan")
@require("talk.lead")
def talk_remove(contact_id: uuid.UUID) -> AnyResponse:
    """Take somebody out of the talk, or stop asking her."""
    now = clock.now()
    return _do(contact_id, "talk.lead", lambda c, who: remove_participant(c, _leg(c), who.id, now), what="remove")


@blueprint.post("/kontak/<uuid:contact_id>/bicara/akhiri")
@require("talk.end")
def talk_end(contact_id: uuid.UUID) -> AnyResponse:
    """End the talk; the client hears a goodbye."""
    now = clock.now()

    def deed(contact: Contact, who: Principal) -> None:
        finish_talk(contact, who.id, "psychologist" if contact.psychologist_id == who.id else "coordinator", now)

    return _do(contact_id, "talk.end", deed)


@blueprint.post("/kontak/<uuid:contact_id>/bicara/sudah-selesai")
@require("talk.done")
def talk_done(contact_id: uuid.UUID) -> AnyResponse:
    """The line broke off, but they had finished."""
    now = clock.now()
    return _do(contact_id, "talk.done", lambda c, who: finish_broken_talk(c, who.id, now))


@blueprint.post("/kontak/<uuid:contact_id>/bicara/dengarkan")
@require("talk.listen")
def talk_listen(contact_id: uuid.UUID) -> AnyResponse:
    """A coordinator's own phone rings, and she listens; for a reason, and never in secret."""
    form, now = forms.ListenForm(), clock.now()
    if not form.validate_on_submit():
        raise RuleBroken(_("Pilih alasan dari daftar."))
    reason = str(form.reason.data)
    return _do(contact_id, "talk.listen", lambda c, who: _ignore(listen_in(c, who.id, now)), reason=reason)


@blueprint.post("/kontak/<uuid:contact_id>/bicara/cara")
@require("talk.listen")
def talk_way(contact_id: uuid.UUID) -> AnyResponse:
    """She listens, whispers to the psychologist, or speaks with everybody; or leaves."""
    way, now = request.form.get("way", ""), clock.now()

    def deed(contact: Contact, who: Principal) -> None:
        own = [leg for leg in legs_of(contact.id) if leg.kind == LegKind.SUPERVISOR and leg.account_id == who.id]
        here = [leg for leg in own if leg.state == LegState.JOINED or way == "leaves"]
        if not here:
            raise RuleBroken(_("Anda belum ikut dalam percakapan ini."))
        if way == "leaves":
            remove_participant(contact, here[-1], who.id, now)
        else:
            change_listening(here[-1], way, now)

    return _do(contact_id, "talk.listen", deed, way=way[:10])


def _ignore(_leg: TalkLeg) -> None:
    """The page shows the new line by itself."""
