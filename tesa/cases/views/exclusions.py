"""A panel of the case's page: who is never offered the person."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.cases import labels, screens
from tesa.cases.actions.exclude import allow_again, exclude
from tesa.cases.public import excludable
from tesa.cases.queries import case_for
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.core.errors import NotAllowed, NotFound
from tesa.core.transactions import transaction
from tesa.web.fragments import render

NOBODY = uuid.UUID(int=0)


@blueprint.get("/kasus/<uuid:case_id>/tidak-ditawarkan")
@require("case.exclude")
def exclusions(case_id: uuid.UUID) -> str:
    """Who is never offered her, and the form for one more."""
    try:
        case = case_for(case_id, principal(), "case.exclude", clock.now())
    except NotAllowed as refusal:  # a page that only shows something is not there for whoever may not see it
        raise NotFound from refusal
    rows = screens.exclusions_of(case.person_id)
    return render(
        "cases/exclusions.html",
        case_id=case_id,
        rows=rows,
        choices=excludable({row.account_id for row in rows} | {case.owner_id}),
        reasons=labels.exclusion_reasons(),
        labels=labels,
    )


@blueprint.post("/kasus/<uuid:case_id>/tidak-ditawarkan")
@require("case.exclude")
def never_offer(case_id: uuid.UUID) -> Response:
    """One more is never offered her."""
    with transaction():
        exclude(case_id, _whom(), request.form.get("reason", ""), principal(), clock.now())
    return _done(case_id, _("Orang ini tidak lagi ditawarkan kepadanya."))


@blueprint.post("/kasus/<uuid:case_id>/ditawarkan-lagi")
@require("case.exclude")
def offer_again(case_id: uuid.UUID) -> Response:
    """One of them may be offered her again."""
    with transaction():
        allow_again(case_id, _whom(), principal(), clock.now())
    return _done(case_id, _("Orang ini boleh ditawarkan lagi kepadanya."))


def _whom() -> uuid.UUID:
    return request.form.get("account_id", NOBODY, type=uuid.UUID)


def _done(case_id: uuid.UUID, sentence: str) -> Response:
    flash(sentence, "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)
