"""Taking a whole case out of the house: proposed here, approved by somebody else, downloaded once."""

from __future__ import annotations

import uuid

from flask import Response as Download
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.two_person import propose
from tesa.cases.actions.export_case import EXPORT, export_case
from tesa.cases.queries import case_for
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.core.transactions import transaction


@blueprint.post("/kasus/<uuid:case_id>/ekspor")
@require("case.export")
def propose_export(case_id: uuid.UUID) -> Response:
    """Propose that all of the case is downloaded."""
    who, now = principal(), clock.now()
    with transaction():
        case = case_for(case_id, who, EXPORT, now, lock=True)
        propose(EXPORT, case.id, request.form.get("reason", ""), who, now, case_id=case.id)
    flash(_("Usulan dikirim. Koordinator lain menjawabnya dalam 24 jam."), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@blueprint.post("/kasus/<uuid:case_id>/ekspor/unduh")
@require("case.export")
def download_export(case_id: uuid.UUID) -> Download:
    """The file, once. That it was made stands in the trail before the first byte leaves."""
    with transaction():
        content = export_case(case_id, principal(), clock.now())
    return Download(
        content,
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="ekspor.zip"', "Cache-Control": "no-store"},
    )
