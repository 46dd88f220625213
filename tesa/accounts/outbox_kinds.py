"""What accounts send: one sentence to a member of staff whom something waits for. It says nothing about what."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.models import Notice
from tesa.accounts.notices import ALERT, PAGE
from tesa.accounts.public import member
from tesa.core.db import db
from tesa.telephony.gateway import Request, SendMessage
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import Kind, Outcome, Promise

SENTENCE = "TeSA: ada yang perlu Anda lihat. {link}"


def compose_alert(notice_id: uuid.UUID, _now: datetime) -> Request | None:
    """The sentence, while the notice is unread and its reader works here and has a number."""
    notice = db.session.get(Notice, notice_id)
    person = member(notice.account_id) if notice is not None and notice.read_at is None else None
    conf = settings()
    channel = "sms" if conf.sms_number else "whatsapp" if conf.whatsapp_number else None
    if person is None or not person.active or person.phone is None or channel is None:
        return None
    status = conf.url(f"/twilio/message/status?ref={notice_id}")
    return SendMessage(channel, person.phone, SENTENCE.format(link=conf.url(PAGE)), status)


def settle_alert(_notice_id: uuid.UUID, _outcome: Outcome, _now: datetime) -> None:
    """The notice itself stays on the page until it is read: there is nothing more to write down."""


KINDS = (Kind(ALERT, compose_alert, settle_alert, Promise.REPEAT),)
