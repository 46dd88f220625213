"""A caller who cannot speak: what she is asked, on the page of her contact."""

from __future__ import annotations

import uuid

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.audit import record
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake.actions.ask_by_key import ask_by_key
from tesa.intake.actions.mark_silent import mark_silent
from tesa.intake.queries import contact_for
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact


@blueprint.post("/kontak/<uuid:contact_id>/tanya")
@require("contact.ask")
def ask(contact_id: uuid.UUID) -> AnyResponse:
    """Let her hear a question that she answers with a key."""
    who, now, question = principal(), clock.now(), request.form.get("question", "")
    with transaction():
        found = contact_for(contact_id, who, "contact.ask")
        ask_by_key(found, question, who.id, now)
        record(who.id, "contact.ask", "contact", contact_id, now, what=question)
    flash(_("Pertanyaan diperdengarkan. Jawabannya tampak di sini."), "done")
    return to_contact(contact_id)


@blueprint.post("/kontak/<uuid:contact_id>/tanpa-suara")
@require("contact.ask")
def silent(contact_id: uuid.UUID) -> AnyResponse:
    """Note that she cannot speak."""
    who, now = principal(), clock.now()
    with transaction():
        found = contact_for(contact_id, who, "contact.ask")
        mark_silent(found, who.id, now)
        record(who.id, "contact.silent", "contact", contact_id, now)
    return to_contact(contact_id)
