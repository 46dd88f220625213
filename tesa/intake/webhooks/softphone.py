"""The TwiML App that browsers call."""

from __future__ import annotations

from flask import Response

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake.actions.call_by_browser import call_by_browser, note_browser_status
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form


@blueprint.post("/softphone")
def softphone() -> Response:
    """A page connects to the talk of whoever is signed in on it."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = call_by_browser(form, now)
    return twiml.response(plan)


@blueprint.post("/softphone/status")
def softphone_status() -> tuple[str, int]:
    """How that line fares."""
    form, now = call_form(), clock.now()
    with transaction():
        note_browser_status(form, now)
    return NOTED
