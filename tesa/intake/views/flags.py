"""Flags on numbers: set from a contact, listed, prolonged and lifted by coordinators."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import flags as numbers
from tesa.intake import forms, labels
from tesa.intake.actions import decide_flag as deciding
from tesa.intake.actions import lift_flag as lifting
from tesa.intake.actions import prolong_flag as prolonging
from tesa.intake.actions.set_flag import set_flag
from tesa.intake.queries import contact_for, number_of
from tesa.intake.rules.nuisance import FlagKind
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact
from tesa.telephony.inbound import settings
from tesa.web.fragments import render

USUAL_DAYS = 13  # after today
COUNTED_DAYS = timedelta(days=30)


def usual_last_day(now: datetime) -> date:
    """What a form suggests as the last day of a flag."""
    return now.astimezone(settings().time_zone).date() + timedelta(days=USUAL_DAYS)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=settings().time_zone)


def _end_asked(form: forms.FlagForm | forms.FlagEndForm) -> datetime:
    if not form.validate_on_submit():
        raise RuleBroken(_("Pilih penanda, alasannya, dan tanggal berakhirnya."))
    try:
        return _end_of(form.last_day.data)
    except OverflowError as error:
        raise RuleBroken(_("Penanda berlaku paling lama 90 hari.")) from error


@blueprint.post("/kontak/<uuid:contact_id>/penanda")
@require("number.flag")
def flag(contact_id: uuid.UUID) -> AnyResponse:
    """Flag the number of a contact; only a coordinator blocks."""
    who, now, form = principal(), clock.now(), forms.FlagForm()
    blocks = form.kind.data == FlagKind.BLOCKED
    with transaction():
        found = contact_for(contact_id, who, "number.flag")
        if blocks:
            contact_for(contact_id, who, "number.block")
        set_flag(number_of(found), form.kind.data, form.reason.data, _end_asked(form), contact_id, who.id, now)
    flash(_("Nomor ditandai."), "success")
    return to_contact(contact_id)


@blueprint.get("/penanda")
@require("flag.list")
def flags() -> str:
    """All flags in force."""
    now = clock.now()
    return render(
        "intake/flags.html",
        rows=numbers.flag_rows(now),
        ended=numbers.ended_rows(now),
        turned_away=numbers.calls_turned_away(now - COUNTED_DAYS),
        form=forms.FlagEndForm(formdata=None, data={"last_day": usual_last_day(now)}),
        labels=labels,
    )


@blueprint.post("/penanda/<uuid:flag_id>/putuskan")
@require("flag.change")
def decide_flag(flag_id: uuid.UUID) -> AnyResponse:
    """Make a suggestion a flag."""
    form = forms.FlagEndForm()
    with transaction():
        deciding.decide_flag(flag_id, form.kind.data, _end_asked(form), principal().id, clock.now())
    return _back(_("Nomor ditandai."))


@blueprint.post("/penanda/<uuid:flag_id>/perpanjang")
@require("flag.change")
def prolong_flag(flag_id: uuid.UUID) -> AnyResponse:
    """Let a flag end on another day."""
    form = forms.FlagEndForm()
    with transaction():
        prolonging.prolong_flag(flag_id, _end_asked(form), principal().id, clock.now())
    return _back(_("Akhir penanda diubah."))


@blueprint.post("/penanda/<uuid:flag_id>/cabut")
@require("flag.change")
def lift_flag(flag_id: uuid.UUID) -> AnyResponse:
    """End a flag now, or decline a suggestion."""
    with transaction():
        lifting.lift_flag(flag_id, principal().id, clock.now())
    return _back(_("Penanda dicabut."))


def _back(sentence: str) -> AnyResponse:
    flash(sentence, "success")
    return redirect(url_for("intake.flags"), 303)
