"""Texts that come in, and how ours fare."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from flask import Response, request

from tesa.core import clock, failpoints
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.intake.actions.keep_oddity import keep_oddity
from tesa.intake.actions.note_message_status import note_message_status
from tesa.intake.actions.receive_message import receive_message
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.telephony import twiml
from tesa.telephony.inbound import MessageForm, claimers, message_form
from tesa.telephony.plans import Plan

log = logging.getLogger(__name__)


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
