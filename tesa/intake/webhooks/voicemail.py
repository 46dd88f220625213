"""What is recorded of her: her consent, and files. A message: whether we may call, its end, its file."""

from __future__ import annotations

import uuid

from flask import Response

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake.actions.ask_consent import answer_consent
from tesa.intake.actions.join_room import join_room
from tesa.intake.actions.note_recording import note_recording
from tesa.intake.actions.say_privacy import say_privacy
from tesa.intake.actions.take_message import answer_may, keep_recording, note_voicemail
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.intake.webhooks.guarded import or_last_resort
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form


@blueprint.post("/voice/<uuid:contact_id>/may")
@or_last_resort
def may_call(contact_id: uuid.UUID) -> Response:
    """May we call her number? Then she leaves her message."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = answer_may(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/recorded")
@or_last_resort
def recorded(contact_id: uuid.UUID) -> Response:
    """She has left a message."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = keep_recording(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/voicemail")
def voicemail_ready(contact_id: uuid.UUID) -> tuple[str, int]:
    """Its file is ready."""
    form, now = call_form(), clock.now()
    with transaction():
        note_voicemail(contact_id, form, now)
    return NOTED


@blueprint.post("/voice/<uuid:contact_id>/consent")
@or_last_resort
def consent(contact_id: uuid.UUID) -> Response:
    """May the talk be recorded? Then she comes into the conference."""
    form, now = call_form(), clock.now()
    with transaction():
        answer = answer_consent(contact_id, form, now)
        plan = (*answer, *say_privacy(contact_id, now), *join_room(contact_id, now))
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/recording")
def recording_ready(contact_id: uuid.UUID) -> tuple[str, int]:
    """The recording of a talk is ready."""
    form, now = call_form(), clock.now()
    with transaction():
        note_recording(contact_id, form, now)
    return NOTED
