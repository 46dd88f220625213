"""The caller's own leg: fetched out of the queue, looked after."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.intake import addresses
from tesa.intake.actions.fetch_caller import FETCH
from tesa.intake.actions.note_caller_status import caller_is_gone
from tesa.intake.actions.watch_connection import CHECK
from tesa.intake.models import Call, Contact, Offer
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState
from tesa.telephony.gateway import CheckCall, Dequeue, RedirectCall, Request
from tesa.telephony.outbox import Kind, Outcome, Promise


def _compose_fetch(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    contact = db.session.get(Contact, offer.contact_id) if offer else None
    call = call_of(contact.id) if contact else None
    if contact is None or call is None or contact.taken_offer_id != ref or contact.state != ContactState.IN_PROGRESS:
        return None
    if call.joined_at is not None:
        return None
    url = addresses.of_call(contact.id, "join")
    return Dequeue(call.queue_sid, call.call_sid, url) if call.queue_sid else RedirectCall(call.call_sid, url)


def _settle_fetch(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Refused means that she has left the queue: unless she is in the conference already, she is gone."""
    offer = db.session.get(Offer, ref)
    contact = locked(offer.contact_id) if offer else None
    call = call_of(contact.id) if contact else None
    if contact is None or call is None or outcome.state != "failed" or call.joined_at is not None:
        return
    if contact.taken_offer_id == ref:
        caller_is_gone(contact, now)


def _compose_check(ref: uuid.UUID, _now: datetime) -> Request | None:
    call: Call | None = call_of(ref)
    return CheckCall(call.call_sid) if call and call.ended_at is None else None


def _settle_check(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    contact = locked(ref)
    if contact is not None and outcome.state == "sent" and LEG_RANK.get(outcome.sid or "", 0) >= FINAL_RANK:
        caller_is_gone(contact, now)


KINDS = (
    Kind(FETCH, _compose_fetch, _settle_fetch, Promise.CONTROL),
    Kind(CHECK, _compose_check, _settle_check, Promise.CONTROL),
)
