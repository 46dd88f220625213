"""Breaking the glass of a case, and the page of those who look at it afterwards."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tesa.accounts.notices import register_notice
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.cases import labels
from tesa.cases.actions.alarm_unreviewed import LATE
from tesa.cases.actions.break_glass import OPENED, OPENED_OWN, break_glass
from tesa.cases.actions.export_case import EXPORTED
from tesa.cases.actions.review_break_glass import REVIEWED, UNJUSTIFIED, review_break_glass
from tesa.cases.glass_list import openings
from tesa.cases.rules.glass import Verdict
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.web.fragments import render


def _list(_object_id: uuid.UUID | None) -> str:
    return url_for("cases.glass")


def _case(case_id: uuid.UUID | None) -> str | None:
    return url_for("cases.show", case_id=case_id) if case_id else None


register_notice(OPENED, _l("Seorang koordinator memakai pecah kaca. Nilailah dalam 24 jam."), _list)
register_notice(OPENED_OWN, _l("Kasus Anda dibuka koordinator dengan pecah kaca."), _case)
register_notice(REVIEWED, _l("Pecah kaca Anda sudah dinilai."), _list)
register_notice(UNJUSTIFIED, _l("Satu pecah kaca dinilai tidak beralasan."), _list)
register_notice(LATE, _l("Satu pecah kaca belum dinilai siapa pun, sudah lebih dari 24 jam."), _list)
register_notice(EXPORTED, _l("Seluruh isi satu kasus telah diunduh."), _case)


@blueprint.post("/kasus/<uuid:case_id>/kaca")
@require("break_glass.open")
def open_glass(case_id: uuid.UUID) -> Response:
    """Open a case for an hour; its owner and the other coordinators are told."""
    with transaction():
        break_glass(case_id, request.form.get("reason", ""), principal(), clock.now())
    flash(_("Kasus terbuka bagi Anda selama 60 menit. Pemilik kasus dan koordinator lain sudah diberi tahu."), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.get("/kaca")
@require("break_glass.read")
def glass() -> str:
    """Who opened which case, why, and what she read; those without a review first."""
    who, now = principal(), clock.now()
    with transaction():
        listed = openings(who, now)
    return render("cases/glass.html", openings=listed, labels=labels, verdicts=list(Verdict), me=who, now=now)


@blueprint.post("/kaca/<uuid:opening_id>")
@require("break_glass.review")
def review_glass(opening_id: uuid.UUID) -> Response:
    """Say whether it was right."""
    verdict, remark = request.form.get("verdict", ""), request.form.get("remark", "")
    with transaction():
        review_break_glass(opening_id, verdict, remark, principal(), clock.now())
    flash(_("Penilaian tersimpan."), "done")
    return redirect(url_for("cases.glass"), 303)
