"""The lines of a talk besides the caller's: a psychologist's keys, third parties; and the caller's way back or out."""

from __future__ import annotations

import uuid

from flask import Response

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.intake import prompts, speaking
from tesa.intake.actions.answer_third_party import answer_third_party, note_leg_status, play_digits, press_third_key
from tesa.intake.actions.join_room import return_to_queue
from tesa.intake.actions.press_talk_key import open_talk_menu, press_talk_key
from tesa.intake.actions.step_out import step_back, step_out
from tesa.intake.queries import locked
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.intake.webhooks.guarded import or_last_resort
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form
from tesa.telephony.plans import Hangup


@blueprint.post("/leg/<token>")
def leg(token: str) -> Response:
    """A third party has picked up: may it come in?"""
    form, now = call_form(), clock.now()
    with transaction():
        plan = answer_third_party(token, form, now)
    return twiml.response(plan)


@blueprint.post("/leg/<token>/key")
def leg_key(token: str) -> Response:
    """It presses 1."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = press_third_key(token, form, now)
    return twiml.response(plan)


@blueprint.post("/leg/<token>/status")
def leg_status(token: str) -> tuple[str, int]:
    """How a third party's line fares."""
    form, now = call_form(), clock.now()
    with transaction():
        note_leg_status(token, form, now)
    return NOTED


@blueprint.post("/leg/<token>/digits")
def leg_digits(token: str) -> Response:
    """Keys go into its line, then it comes back into the conference."""
    with transaction():
        plan = play_digits(token)
    return twiml.response(plan)


@blueprint.post("/leg/<token>/after")
def leg_after(token: str) -> Response:
    """The line has come out of the conference."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = step_out(token, form, now)
    return twiml.response(plan)


@blueprint.post("/leg/<token>/menu")
def leg_menu(token: str) -> Response:
    """The choices of a psychologist during a talk."""
    with transaction():
        plan = open_talk_menu(token)
    return twiml.response(plan)


@blueprint.post("/leg/<token>/choose")
def leg_choose(token: str) -> Response:
    """A key of that menu."""
    form, now = call_form(), clock.now()
    try:
        with transaction():
            plan = press_talk_key(token, form, now)
    except KeysAway:
        with transaction():
            plan = press_talk_key(token, form, now, keys_away=True)
    return twiml.response(plan)


@blueprint.post("/leg/<token>/back")
def leg_back(token: str) -> Response:
    """Back into the talk."""
    now = clock.now()
    with transaction():
        plan = step_back(token, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/again")
@or_last_resort
def again(contact_id: uuid.UUID) -> Response:
    """Her psychologist's line broke off: she hears so, and waits again."""
    call_form()
    now = clock.now()
    with transaction():
        plan = return_to_queue(contact_id, now)
    return twiml.response(plan)


@blueprint.post("/voice/<uuid:contact_id>/bye")
def bye(contact_id: uuid.UUID) -> Response:
    """One of us has ended the talk."""
    with transaction():
        contact = locked(contact_id)
        sentence = speaking.say(prompts.GOODBYE, contact.language if contact else None)
    return twiml.response((sentence, Hangup()))
