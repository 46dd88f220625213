"""A panel of the contact's page: "do not offer her to this psychologist"."""

from __future__ import annotations

import uuid

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.cases import labels as words
from tesa.cases.public import Exclusion, excludable
from tesa.core import clock
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tesa.intake import screens
from tesa.intake.actions.keep_away import keep_away
from tesa.intake.queries import contact_for, standing_to
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact
from tesa.web.fragments import render

NOBODY = uuid.UUID(int=0)


@blueprint.get("/kontak/<uuid:contact_id>/tidak-ditawarkan")
@require("contact.exclude")
def exclusions(contact_id: uuid.UUID) -> str:
    """Who is never offered this contact, and the form for one more."""
    contact = screens.visible_contact(contact_id, principal())
    if contact is None or not standing_to(contact_id, principal()).may("contact.exclude", contact.state):
        raise NotFound
    rows: list[Exclusion] = screens.exclusions_of(contact_id)
    return render(
        "intake/_exclusions.html",
        contact_id=contact_id,
        rows=rows,
        choices=excludable({row.account_id for row in rows}),
        reasons=words.exclusion_reasons(),
        words=words,
    )


@blueprint.post("/kontak/<uuid:contact_id>/tidak-ditawarkan")
@require("contact.exclude")
def keep_away_from(contact_id: uuid.UUID) -> AnyResponse:
    """One more is never offered it, nor whoever calls from its number or has its case."""
    who, now = principal(), clock.now()
    with transaction():
        contact = contact_for(contact_id, who, "contact.exclude")
        whom = request.form.get("account_id", NOBODY, type=uuid.UUID)
        keep_away(contact, whom, request.form.get("reason", ""), who.id, now)
    flash(_("Kontak ini tidak lagi ditawarkan kepadanya."), "done")
    return to_contact(contact_id)
