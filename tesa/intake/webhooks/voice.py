"""The caller's own leg, from the first ring on."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from flask import Response, request

from tesa.core import clock, failpoints
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.intake.actions.ask_consent import ask_consent
from tesa.intake.actions.join_room import join_room
from tesa.intake.actions.keep_oddity import keep_oddity
from tesa.intake.actions.keep_waiting import keep_waiting
from tesa.intake.actions.last_resort import last_resort
from tesa.intake.actions.leave_queue import leave_queue
from tesa.intake.actions.leave_room import leave_room
from tesa.intake.actions.note_caller_status import note_caller_status
from tesa.intake.actions.press_waiting_key import answer_safe, press_quiet_key, press_waiting_key
from tesa.intake.actions.receive_call import receive_call
from tesa.intake.actions.ring_directly import ring_directly
from tesa.intake.actions.say_privacy import say_privacy
from tesa.intake.actions.turn_away import press_blocked_key
from tesa.intake.queries import contact_of_call
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.intake.webhooks.guarded import or_last_resort
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form, claimed_call
from tesa.telephony.plans import Plan

log = logging.getLogger(__name__)


@blueprint.post("/voice")
@or_last_resort
def voice() -> Response:
    """The line rings."""
    form, now = call_form(), clock.now()
    with transaction():
        if any(oddity.startswith(("sid:", "doubled:")) for oddity in form.oddities):
            keep_oddity("voice", form.oddities, request.form.to_dict(flat=False), now)
            plan = last_resort(now)
        else:
            plan = claimed_call(form, now) or receive_call(form, now)
        failpoints.reach("voice-before-commit")
    failpoints.reach("voice-after-commit")
    return twiml.response(plan)


@blueprint.post("/voice/fallback")
@or_last_resort
def fallback() -> Response:
    """Twilio could not use our first answer: a human, directly."""
    form, now = call_form(), clock.now()
    log.error("Twilio asked the fallback address: %s", form.error_code)
    with transaction():
        plan = ring_directly(contact_of_call(form.sid), now)
    return twiml.response(plan)


@blueprint.post("/voice/status")
def voice_status() -> tuple[str, int]:
    """The caller's leg is over (the number's own status callback)."""
    form, now = call_form(), clock.now()
    with transaction():
        contact_id = contact_of_call(form.sid)
        if contact_id is not None:
            note_caller_status(contact_id, form, now)
    return NOTED


@blueprint.post("/voice/<uuid:contact_id>/wait")
@or_last_resort
def wait(contact_id: uuid.UUID) -> Response:
    """What she hears while she waits."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = keep_waiting(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/key")
@or_last_resort
def key(contact_id: uuid.UUID) -> Response:
    """A key she pressed while waiting."""
    return _pressed(press_waiting_key, contact_id)


@blueprint.post("/voice/<uuid:contact_id>/blocked")
@or_last_resort
def blocked(contact_id: uuid.UUID) -> Response:
    """A key she pressed when her call was not put through."""
    return _pressed(press_blocked_key, contact_id)


@blueprint.post("/voice/<uuid:contact_id>/quiet")
@or_last_resort
def quiet(contact_id: uuid.UUID) -> Response:
    """A key by which she says that she cannot speak."""
    return _pressed(press_quiet_key, contact_id)


def _pressed(press: Callable[..., Plan], contact_id: uuid.UUID) -> Response:
    form, now = call_form(), clock.now()
    try:
        with transaction():
            plan = press(contact_id, form, now)
    except KeysAway:  # she stays where she is, and what needs keys is done later
        with transaction():
            plan = press(contact_id, form, now, keys_away=True)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/safe")
@or_last_resort
def safe(contact_id: uuid.UUID) -> Response:
    """Is it safe to call her number?"""
    form, now = call_form(), clock.now()
    with transaction():
        plan = answer_safe(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/left")
@or_last_resort
def left(contact_id: uuid.UUID) -> Response:
    """She has left the queue."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = leave_queue(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/join")
@or_last_resort
def join(contact_id: uuid.UUID) -> Response:
    """She is fetched into the conference."""
    call_form()
    now = clock.now()
    with transaction():
        plan = ask_consent(contact_id, now) or (*say_privacy(contact_id, now), *join_room(contact_id, now))
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/after")
@or_last_resort
def after(contact_id: uuid.UUID) -> Response:
    """The conference is over for her."""
    now = clock.now()
    form = call_form()
    with transaction():
        note_caller_status(contact_id, form, now)
        plan = leave_room(contact_id, form, now)
    return twiml.response(plan)
