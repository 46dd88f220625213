"""What Twilio asks about the calls and texts that outreach has sent. Every address carries the secret of one offer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.outreach.actions.answer_ring import answer_ring, press_key
from tesa.outreach.actions.note_leg import note_leg
from tesa.outreach.actions.note_text import note_text
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form, guard

blueprint = Blueprint("outreach_webhooks", __name__)
guard(blueprint)


@blueprint.post("/twilio/dispatch/<token>")
def picked_up(token: str) -> Response:
    """A phone was picked up: the whisper."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = answer_ring(token, form, now)
    return twiml.response(plan)


@blueprint.post("/twilio/dispatch/<token>/key")
def key(token: str) -> Response:
    """A key was pressed."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = press_key(token, form, now)
    return twiml.response(plan)


@blueprint.post("/twilio/dispatch/<token>/status")
def status(token: str) -> Response:
    """The state of a call."""
    form, now = call_form(), clock.now()
    with transaction():
        note_leg(token, form, now)
    return twiml.response()


@blueprint.post("/twilio/dispatch/<token>/text")
def text_status(token: str) -> Response:
    """The state of a text."""
    now = clock.now()
    with transaction():
        note_text(token, request.form.get("MessageStatus", ""), request.form.get("ErrorCode"), now)
    return twiml.response()
