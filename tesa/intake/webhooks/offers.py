"""The legs on which a call is offered to staff."""

from __future__ import annotations

from flask import Response

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake import prompts
from tesa.intake.actions.answer_offer import answer_offer, enter_room, press_offer_key
from tesa.intake.actions.note_offer_status import note_offer_status
from tesa.intake.speaking import say
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form
from tesa.telephony.plans import Hangup


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
    form, now = call_form(), clock.now()
    with transaction():
        plan = enter_room(token, now, form.sid)
    return twiml.response(plan)


@blueprint.post("/offer/<token>/after")
def offer_after(token: str) -> Response:
    """The conference is over for the psychologist."""
    return twiml.response((Hangup(),))


@blueprint.post("/offer/<token>/gone")
def offer_gone(token: str) -> Response:
    """The caller has left before they met."""
    return twiml.response((say(prompts.GONE), Hangup()))


@blueprint.post("/offer/<token>/status")
def offer_status(token: str) -> tuple[str, int]:
    """How the offered leg fares."""
    form, now = call_form(), clock.now()
    with transaction():
        note_offer_status(token, form, now)
    return NOTED
