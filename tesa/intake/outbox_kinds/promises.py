"""Texts about promises to the coordinators' numbers of the settings; people with an account get a notice."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.intake import addresses, prompts
from tesa.intake.actions.climb_promise import PAGE
from tesa.intake.models import Offer
from tesa.intake.outbox_kinds.phones import nothing_more, phone_of
from tesa.telephony.gateway import Request, SendMessage
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import Kind, Promise


def _compose_page(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.outcome is not None:
        return None
    phone, conf = phone_of(offer), settings()
    channel = "sms" if conf.sms_number else "whatsapp" if conf.whatsapp_number else None
    if phone is None or channel is None:
        return None
    return SendMessage(channel, phone, prompts.REMINDER.format(link=addresses.inbox()), addresses.of_page())


KINDS = (Kind(PAGE, _compose_page, nothing_more, Promise.REPEAT),)
