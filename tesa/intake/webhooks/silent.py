"""The caller's own leg while she is asked something that she answers with keys."""

from __future__ import annotations

import uuid

from flask import Response, request

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.intake.actions.ask_by_key import answer_question, hear_question
from tesa.intake.webhooks.blueprint import blueprint
from tesa.intake.webhooks.guarded import or_last_resort
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form


def _question() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get("q", ""))
    except ValueError:
        return None


@blueprint.post("/voice/<uuid:contact_id>/asked")
@or_last_resort
def asked(contact_id: uuid.UUID) -> Response:
    """She hears the question."""
    call_form()
    now = clock.now()
    with transaction():
        plan = hear_question(contact_id, _question(), now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/answered")
@or_last_resort
def answered(contact_id: uuid.UUID) -> Response:
    """She has answered, or not."""
    form, now = call_form(), clock.now()
    try:
        with transaction():
            plan = answer_question(contact_id, _question(), form, now)
    except KeysAway:
        with transaction():
            plan = answer_question(contact_id, _question(), form, now, keys_away=True)
    return twiml.response(plan)
