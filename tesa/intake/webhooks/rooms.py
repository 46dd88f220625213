"""The conference in which both talk."""

from __future__ import annotations

import uuid

from flask import Response, request

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake import prompts, speaking
from tesa.intake.actions.join_room import hold_plan
from tesa.intake.actions.note_room_event import note_room_event
from tesa.intake.actions.note_test_join import note_test_join
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form
from tesa.telephony.plans import Pause


@blueprint.post("/room/<uuid:contact_id>/events")
def room_events(contact_id: uuid.UUID) -> tuple[str, int]:
    """Who came into and left the conference."""
    form, now = call_form(), clock.now()
    with transaction():
        note_test_join(contact_id, form, now)
        note_room_event(contact_id, form, now)
    return NOTED


@blueprint.post("/room/<uuid:contact_id>/hold")
def room_hold(contact_id: uuid.UUID) -> Response:
    """What the client hears on hold, again and again: music where it was uploaded, else that she is not forgotten."""
    with transaction():
        plan = hold_plan(contact_id)
    return twiml.response(plan)


@blueprint.post("/room/listened")
def room_listened() -> Response:
    """What a psychologist alone hears when a coordinator begins to listen."""
    with transaction():
        plan = (speaking.say(prompts.SOMEBODY_LISTENS),)
    return twiml.response(plan)


@blueprint.post("/room/wait")
def room_wait() -> Response:
    """What the first one in the conference hears."""
    return twiml.response((speaking.say(prompts.CONNECTING, request.args.get("l")), Pause(20)))
