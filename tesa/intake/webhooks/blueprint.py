"""The blueprint under which Twilio asks; every request is checked to be Twilio's."""

from __future__ import annotations

from flask import Blueprint

from tesa.telephony.inbound import guard

blueprint = Blueprint("intake_webhooks", __name__, url_prefix="/twilio")
guard(blueprint)
NOTED = ("", 204)
