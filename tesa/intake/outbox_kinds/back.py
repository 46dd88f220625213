"""The two phones of a call back."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.core.db import db
from tesa.intake import addresses
from tesa.intake.actions.call_back import RING_BACK, end_back, still_safe
from tesa.intake.actions.talk_back import (
    CALL_HER,
    END_HERS,
    HER_PHONE_RINGS,
    NOBODY,
    is_under_way,
    not_answered,
    note_her_sid,
)
from tesa.intake.models import Contact, Offer
from tesa.intake.outbox_kinds.phones import nothing_more, phone_of
from tesa.intake.queries import call_of, locked, number_of
from tesa.intake.rules.words import FINAL_RANK, OfferOutcome
from tesa.telephony.gateway import EndCall, PlaceCall, RedirectCall, Request
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

RING_SECONDS = 20


def _found(ref: uuid.UUID) -> tuple[Offer, Contact] | None:
    offer = db.session.get(Offer, ref)
    contact = locked(offer.contact_id) if offer else None
    return (offer, contact) if offer is not None and contact is not None else None


def _compose_back(ref: uuid.UUID, now: datetime) -> Request | None:
    """The own phone of whoever calls back, while it is still safe for the caller."""
    found = _found(ref)
    if found is None or found[0].outcome is not None or not still_safe(*found, now):
        return None
    offer, phone = found[0], phone_of(found[0])
    if phone is None:
        return None
    return PlaceCall(phone, addresses.of_back(offer.token), addresses.of_back(offer.token, "status"), RING_SECONDS)


def _settle_back(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    offer = db.session.get(Offer, ref)
    if offer is not None and outcome.state == "sent":
        offer.call_sid = offer.call_sid or outcome.sid
    elif offer is not None and offer.outcome is None:
        end_back(offer, OfferOutcome.MISSED, now)


def _compose_hers(ref: uuid.UUID, now: datetime) -> Request | None:
    """Her phone, if it is still safe; else whoever calls back hears that it is not."""
    found = _found(ref)
    if found is None or not is_under_way(*found):
        return None
    offer, contact = found
    number = number_of(contact)
    if number is None or not _is_safe(offer, contact, now):
        return None
    return PlaceCall(
        number, addresses.of_back(offer.token, "she"), addresses.of_back(offer.token, "hers"), HER_PHONE_RINGS
    )


def _is_safe(offer: Offer, contact: Contact, now: datetime) -> bool:
    if still_safe(offer, contact, now):
        return True
    offer.outcome = OfferOutcome.ACCEPTED  # by her; it is the caller's phone that is not rung
    not_answered(offer, contact, now, rang=False)
    return False


def _settle_hers(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """A call that may have been made or not is not made again: her phone must not ring twice for one key."""
    found = _found(ref)
    if found is None:
        return
    offer, contact = found
    if outcome.state != "sent":
        not_answered(offer, contact, now, rang=outcome.state == "unknown")
        return
    note_her_sid(offer, contact, outcome.sid or "")
    if not is_under_way(offer, contact):  # whoever called back has hung up meanwhile
        enqueue(END_HERS, ref, now)


def _compose_end(ref: uuid.UUID, _now: datetime) -> Request | None:
    """Her phone stops, unless somebody else has begun a new attempt meanwhile."""
    found = _found(ref)
    call = call_of(found[1].id) if found else None
    if call is None or call.call_sid == call.own_sid or call.ended_at is None:
        return None
    return EndCall(call.call_sid)


def _compose_nobody(ref: uuid.UUID, _now: datetime) -> Request | None:
    offer = db.session.get(Offer, ref)
    if offer is None or offer.call_sid is None or offer.leg_rank >= FINAL_RANK:
        return None
    return RedirectCall(offer.call_sid, addresses.of_back(offer.token, "nobody"))


KINDS = (
    Kind(RING_BACK, _compose_back, _settle_back, Promise.ONCE),
    Kind(CALL_HER, _compose_hers, _settle_hers, Promise.ONCE),
    Kind(END_HERS, _compose_end, nothing_more, Promise.CONTROL),
    Kind(NOBODY, _compose_nobody, nothing_more, Promise.CONTROL),
)
