"""An offer ends without acceptance: declined by key, not picked up, or taken by a voicemail that pressed nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import offers_of
from tesa.intake.rules.words import Channel, ContactState, OfferOutcome
from tesa.psychologists.actions.note_missed_offer import note_missed_offer, note_reachable


def miss_offer(offer: Offer, contact: Contact, outcome: OfferOutcome, now: datetime) -> None:
    """End `offer` as declined or missed. If no other phone rings for her, the next rung comes now."""
    if offer.outcome is not None:
        return
    end_offer(offer, outcome, now)
    if outcome == OfferOutcome.MISSED and offer.account_id is not None and offer.kind != "listen":
        note_missed_offer(offer.account_id, now)
    elif outcome == OfferOutcome.DECLINED and offer.account_id is not None:
        note_reachable(offer.account_id, now)
    log_event(contact.id, str(outcome), now, offer.account_id)
    waiting_call = contact.state == ContactState.WAITING and contact.channel == Channel.VOICE
    if waiting_call and not any(o.outcome is None for o in offers_of(contact.id)):
        soon = now + timedelta(seconds=1)
        contact.next_step_at = min(contact.next_step_at or soon, soon)
