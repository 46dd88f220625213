"""What Twilio asks of intake. Thin: form, transaction, act, plan.

A voice request never ends in an error page: whatever goes wrong behind it, the caller is led to a human
(`_or_last_resort`). A message is answered 2xx only after its row is durable.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from flask import Blueprint, Response, request

from tesa.core import clock, failpoints
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.intake import addresses, prompts
from tesa.intake.actions import leave_queue as leaving
from tesa.intake.actions.answer_offer import answer_offer, enter_room, press_offer_key
from tesa.intake.actions.call_back import ask_caller_back, dial_caller, note_back_status
from tesa.intake.actions.join_room import join_room
from tesa.intake.actions.keep_oddity import keep_oddity
from tesa.intake.actions.keep_waiting import keep_waiting
from tesa.intake.actions.last_resort import last_resort, without_database
from tesa.intake.actions.note_caller_status import note_caller_status
from tesa.intake.actions.note_message_status import note_message_status
from tesa.intake.actions.note_offer_status import note_offer_status
from tesa.intake.actions.note_room_event import note_room_event
from tesa.intake.actions.press_waiting_key import answer_safe, press_waiting_key
from tesa.intake.actions.receive_call import receive_call
from tesa.intake.actions.receive_message import receive_message
from tesa.intake.actions.ring_directly import ring_directly
from tesa.intake.queries import contact_of_call
from tesa.telephony import twiml
from tesa.telephony.inbound import MessageForm, call_form, claimers, guard, message_form
from tesa.telephony.plans import Gather, Hangup, Pause, Plan, Say

log = logging.getLogger(__name__)
blueprint = Blueprint("intake_webhooks", __name__, url_prefix="/twilio")
guard(blueprint)
NOTED = ("", 204)


def _or_last_resort(view: Callable[..., Response]) -> Callable[..., Response]:
    """Whatever breaks behind a caller's request, she reaches a human: those on duty, or with no database the coordinators."""

    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> Response:
        try:
            return view(*args, **kwargs)
        except Exception:
            log.exception("a voice request could not be served; the caller is led to the duty phones")
            return twiml.response(_human())

    return guarded


def _human() -> Plan:
    try:
        db.session.rollback()
        return last_resort(clock.now())
    except Exception:
        log.exception("the duty phones could not be read; the coordinators' numbers are rung")
        return without_database()


@blueprint.post("/voice")
@_or_last_resort
def voice() -> Response:
    """The line rings."""
    form, now = call_form(), clock.now()
    with transaction():
        if any(oddity.startswith(("sid:", "doubled:")) for oddity in form.oddities):
            keep_oddity("voice", form.oddities, request.form.to_dict(flat=False), now)
            plan = last_resort(now)
        else:
            plan = receive_call(form, now)
        failpoints.reach("voice-before-commit")
    failpoints.reach("voice-after-commit")
    return twiml.response(plan)


@blueprint.post("/voice/fallback")
@_or_last_resort
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
@_or_last_resort
def wait(contact_id: uuid.UUID) -> Response:
    """What she hears while she waits."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = keep_waiting(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/key")
@_or_last_resort
def key(contact_id: uuid.UUID) -> Response:
    """A key she pressed while waiting."""
    form, now = call_form(), clock.now()
    try:
        with transaction():
            plan = press_waiting_key(contact_id, form, now)
    except KeysAway:  # she stays where she is, and what needs keys is done later
        with transaction():
            plan = press_waiting_key(contact_id, form, now, keys_away=True)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/safe")
@_or_last_resort
def safe(contact_id: uuid.UUID) -> Response:
    """Is it safe to call her number?"""
    form, now = call_form(), clock.now()
    with transaction():
        plan = answer_safe(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/left")
@_or_last_resort
def left(contact_id: uuid.UUID) -> Response:
    """She has left the queue."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = leaving.leave_queue(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/recorded")
@_or_last_resort
def recorded(contact_id: uuid.UUID) -> Response:
    """She has left a message."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = leaving.keep_recording(contact_id, form, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/join")
@_or_last_resort
def join(contact_id: uuid.UUID) -> Response:
    """She is fetched into the conference."""
    call_form()
    now = clock.now()
    with transaction():
        plan = join_room(contact_id, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/after")
@_or_last_resort
def after(contact_id: uuid.UUID) -> Response:
    """The conference is over for her."""
    now = clock.now()
    form = call_form()
    with transaction():
        note_caller_status(contact_id, form, now)
    return twiml.response((Say(prompts.GOODBYE), Hangup()))


@blueprint.post("/offer/<token>")
def offer(token: str) -> Response:
    """A psychologist's phone has been picked up."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = answer_offer(token, form, now)
    return twiml.response(plan)


@blueprint.post("/offer/<token>/key")
def offer_key(token: str) -> Response:
    """She presses 1 (accept) or something else."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = press_offer_key(token, form, now)
    return twiml.response(plan)


@blueprint.post("/offer/<token>/join")
def offer_join(token: str) -> Response:
    """Accepted on the page while the phone was already picked up."""
    now = clock.now()
    with transaction():
        plan = enter_room(token, now)
    return twiml.response(plan)


@blueprint.post("/offer/<token>/after")
def offer_after(token: str) -> Response:
    """The conference is over for the psychologist."""
    return twiml.response((Hangup(),))


@blueprint.post("/offer/<token>/gone")
def offer_gone(token: str) -> Response:
    """The caller has left before they met."""
    return twiml.response((Say(prompts.GONE), Hangup()))


@blueprint.post("/offer/<token>/status")
def offer_status(token: str) -> tuple[str, int]:
    """How the offered leg fares."""
    form, now = call_form(), clock.now()
    with transaction():
        note_offer_status(token, form, now)
    return NOTED


@blueprint.post("/back/<token>")
def back(token: str) -> Response:
    """The phone of whoever calls back has been picked up."""
    now = clock.now()
    with transaction():
        plan = ask_caller_back(token, now)
    return twiml.response(plan)


@blueprint.post("/back/<token>/key")
def back_key(token: str) -> Response:
    """She presses 1: the caller's phone rings, if that is safe."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = dial_caller(token, form, now)
    return twiml.response(plan)


@blueprint.post("/back/<token>/she")
def back_she(token: str) -> Response:
    """The called phone has been picked up, by her or by somebody else: nothing is said but a neutral question."""
    return twiml.response((Gather(addresses.of_back(token, "yes"), (Say(prompts.WHO_IS_THERE),), timeout=8), Hangup()))


@blueprint.post("/back/<token>/yes")
def back_yes(token: str) -> Response:
    """A key was pressed there: both are connected. A voicemail presses none."""
    return twiml.response(())


@blueprint.post("/back/<token>/status")
def back_status(token: str) -> tuple[str, int]:
    """How the phone of whoever calls back fares."""
    form, now = call_form(), clock.now()
    with transaction():
        note_back_status(token, form, now)
    return NOTED


@blueprint.post("/room/<uuid:contact_id>/events")
def room_events(contact_id: uuid.UUID) -> tuple[str, int]:
    """Who came into and left the conference."""
    form, now = call_form(), clock.now()
    with transaction():
        note_room_event(contact_id, form, now)
    return NOTED


@blueprint.post("/room/wait")
def room_wait() -> Response:
    """What the first one in the conference hears."""
    return twiml.response((Say(prompts.CONNECTING), Pause(20)))


@blueprint.post("/message")
def message() -> Response:
    """A text comes in. Answers from staff (keywords of a task) are taken by whoever owns them."""
    form, now = message_form(), clock.now()
    try:
        with transaction():
            plan = _take_message(form, now)
            failpoints.reach("message-before-commit")
    except KeysAway:  # whoever wrote, even one of us: it is kept, and a human reads it
        with transaction():
            plan = receive_message(form, now, keys_away=True)
    failpoints.reach("message-after-commit")
    return twiml.response(plan)


def _take_message(form: MessageForm, now: datetime) -> Plan:
    if form.oddities:
        keep_oddity("message", form.oddities, request.form.to_dict(flat=False), now)
        return ()
    for claim in claimers():
        plan = claim(form, now)
        if plan is not None:
            return plan
    return receive_message(form, now)


@blueprint.post("/message/status")
def message_status() -> tuple[str, int]:
    """How one of our texts fares."""
    form = request.form
    ref = request.args.get("ref", "")
    try:
        message_id = uuid.UUID(ref) if ref else None
    except ValueError:
        message_id = None
    with transaction():
        note_message_status(
            message_id, form.get("MessageSid", ""), form.get("MessageStatus", ""), form.get("ErrorCode")
        )
    return NOTED


@blueprint.post("/page/status")
def page_status() -> tuple[str, int]:
    """How a page to staff fares; failures are in the log, the ladder goes on by its own clock."""
    status = request.form.get("MessageStatus", "")
    if status in ("failed", "undelivered"):
        log.warning("a page to staff was not delivered: %s", request.form.get("ErrorCode", "")[:10])
    return NOTED
