"""A psychologist (or a coordinator) takes a written conversation."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.db import db, new_id
from tesa.core.errors import Conflict
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import open_offer
from tesa.intake.rules.words import Channel, ContactState, OfferOutcome


def take_conversation(contact: Contact, account_id: uuid.UUID, tier: int, now: datetime) -> None:
    """Give `contact` (locked) to `account_id`. Raises Conflict when somebody else has taken it or it is not a text.

    The ladder goes on until she is answered: taking is not replying.
    """
    if contact.channel == Channel.VOICE:
        raise Conflict(_("Panggilan suara diterima lewat telepon atau kartu panggilan."))
    if contact.state == ContactState.IN_PROGRESS and contact.psychologist_id == account_id:
        return
    if contact.state != ContactState.WAITING:
        raise Conflict(_("Percakapan ini sudah ditangani rekan lain."))
    offer = open_offer(contact.id, account_id)
    if offer is None:
        offer = Offer(
            id=new_id(), contact_id=contact.id, kind="message", account_id=account_id, tier=tier,
            reasons="taken from the inbox", token=str(new_id()), offered_at=now,
        )  # fmt: skip
        db.session.add(offer)
    offer.outcome, offer.ended_at, offer.accepted_by = OfferOutcome.ACCEPTED, now, "page"
    db.session.flush()
    withdraw_offers(contact.id, now, except_for=offer.id)
    contact.state, contact.psychologist_id, contact.taken_offer_id = ContactState.IN_PROGRESS, account_id, offer.id
    contact.taken_at = contact.taken_at or now
    log_event(contact.id, "accepted", now, account_id, detail="page")
