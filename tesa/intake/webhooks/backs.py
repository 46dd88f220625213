"""The legs of a call back."""

from __future__ import annotations

from flask import Response

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake import addresses, prompts
from tesa.intake.actions.call_back import ask_caller_back, dial_caller, note_back_status
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form
from tesa.telephony.plans import Gather, Hangup, Say


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
