"""The page of rules and holds, and the page on which a case is held or proposed for destruction."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.two_person import propose
from tesa.cases.public import may_read_case
from tesa.core import clock
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tesa.retention import forms, labels, screens
from tesa.retention.actions.change_rule import check_rule
from tesa.retention.actions.lift_hold import lift_hold
from tesa.retention.actions.set_hold import set_hold
from tesa.retention.actions.shred_case import check_may_go
from tesa.retention.proposals import CHANGE, SHRED, rule_id
from tesa.retention.rules.keeping import LONGEST, SHORTEST, Thing
from tesa.telephony.inbound import settings
from tesa.web.fragments import render

blueprint = Blueprint("retention", "tesa.retention", template_folder="templates")
Answer = Response | str | tuple[str, int]


@blueprint.get("/retensi")
@require("retention.read")
def index() -> str:
    """The rules, how much is due by them, and which cases are held."""
    return _index(forms.RuleForm(formdata=None))


def _index(form: forms.RuleForm) -> str:
    now = clock.now()
    rules = screens.rule_rows(now)
    return render(
        "retention/index.html",
        rules=rules,
        reasons=sorted({row.rule.reason for row in rules}),
        holds=screens.hold_rows(now),
        form=form,
        labels=labels,
        me=principal(),
        shortest=SHORTEST,
        longest=LONGEST,
    )


@blueprint.post("/retensi/aturan")
@require("retention.change")
def change() -> Answer:
    """Propose another number of days; a second person decides."""
    form, who, now = forms.RuleForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _index(form), 422
    thing = Thing(form.thing.data)
    check_rule(thing, form.days.data)
    with transaction():
        propose(CHANGE, rule_id(thing), form.why.data, who, now, thing=thing.value, days=form.days.data)
    flash(_("Usulan terkirim. Orang kedua memutuskannya."), "done")
    return redirect(url_for("retention.index"), 303)


@blueprint.get("/retensi/kasus/<uuid:case_id>")
@require("case.retention")
def case(case_id: uuid.UUID) -> str:
    """What keeps a case, and what would go with it."""
    return _case(case_id)


def _case(case_id: uuid.UUID, hold: forms.HoldForm | None = None, shred: forms.ShredForm | None = None) -> str:
    _may_know(case_id)
    state = screens.case_state(case_id, clock.now())
    if state is None:
        raise NotFound
    return render(
        "retention/case.html",
        block="penyimpanan",
        case=state,
        hold_form=hold or forms.HoldForm(formdata=None),
        shred_form=shred or forms.ShredForm(formdata=None),
        labels=labels,
        me=principal(),
    )


def _may_know(case_id: uuid.UUID) -> None:
    if not may_read_case(case_id, principal(), clock.now()):
        raise NotFound


def _back(case_id: uuid.UUID, sentence: str) -> Response:
    flash(sentence, "done")
    return redirect(url_for("retention.case", case_id=case_id), 303)


@blueprint.post("/retensi/kasus/<uuid:case_id>/tahan")
@require("case.hold")
def hold(case_id: uuid.UUID) -> Answer:
    """Hold a case."""
    _may_know(case_id)
    form, who, now = forms.HoldForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _case(case_id, hold=form), 422
    with transaction():
        set_hold(case_id, form.reason.data, form.until(settings().time_zone), who.id, now)
    return _back(case_id, _("Kasus ditahan. Tidak ada yang dihapus dari kasus ini."))


@blueprint.post("/retensi/kasus/<uuid:case_id>/lepas")
@require("case.hold")
def lift(case_id: uuid.UUID) -> Answer:
    """Let a case go from its hold."""
    _may_know(case_id)
    with transaction():
        lift_hold(case_id, principal().id, clock.now())
    return _back(case_id, _("Penahanan dicabut. Aturan penyimpanan berlaku lagi."))


@blueprint.post("/retensi/kasus/<uuid:case_id>/hapus")
@require("case.shred")
def shred(case_id: uuid.UUID) -> Answer:
    """Propose that all of a case is destroyed; a second person decides."""
    _may_know(case_id)
    form, who, now = forms.ShredForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _case(case_id, shred=form), 422
    with transaction():
        check_may_go(case_id, now)
        propose(SHRED, case_id, form.why.data, who, now, case_id)
    return _back(case_id, _("Usulan terkirim. Isi kasus baru dihapus setelah orang kedua setuju."))
