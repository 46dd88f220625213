"""The other phones stop: open offers of a contact are ended because somebody took it or nobody is waiting any more."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.ring_lines import stop_lines
from tesa.intake.models import Offer
from tesa.intake.queries import offers_of
from tesa.intake.rules.talk import TALK_OFFERS, LegState
from tesa.intake.rules.words import OfferOutcome
from tesa.intake.talk_queries import leg_of_offer
from tesa.psychologists.actions.mark_free import mark_free


def withdraw_offers(contact_id: uuid.UUID, now: datetime, except_for: uuid.UUID | None = None) -> None:
    """End every open offer of the contact but `except_for`; their phones stop and their people are free again."""
    for offer in offers_of(contact_id):
        if offer.outcome is None and offer.id != except_for:
            end_offer(offer, OfferOutcome.CANCELLED, now)


def end_offer(offer: Offer, outcome: OfferOutcome, now: datetime) -> None:
    """End one open offer: its lines stop if they ring, its person is free again."""
    offer.outcome, offer.ended_at = outcome, now
    if offer.kind in TALK_OFFERS:
        _drop_asked_leg(offer, outcome, now)
    elif offer.kind != "call":
        return
    if offer.account_id is not None:
        mark_free(offer.account_id, now)
    stop_lines(offer, now)


def _drop_asked_leg(offer: Offer, outcome: OfferOutcome, now: datetime) -> None:
    """Whoever was asked into a talk does not come."""
    leg = leg_of_offer(offer.id)
    if leg is not None:
        move_leg(leg, LegState.FAILED, now, str(outcome))
