"""The psychologist who accepted never came to the phone, or the caller never reached the conference: she waits again, first."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import call_of
from tesa.intake.rules.talk import LegState
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.talk_queries import leg_of_offer
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_wrapup import mark_wrapup


def reopen_waiting(contact: Contact, offer: Offer, now: datetime) -> None:
    """Undo an acceptance that led nowhere. `contact` is locked. If the caller has gone meanwhile, a call-back follows."""
    contact.state, contact.taken_offer_id, contact.psychologist_id = ContactState.WAITING, None, None
    contact.waiting_since = contact.opened_at
    leg = leg_of_offer(offer.id)
    if leg is not None:
        move_leg(leg, LegState.FAILED, now, "lost")
    end_offer(offer, OfferOutcome.MISSED, now)
    if offer.account_id is not None:
        mark_wrapup(offer.account_id, now, now)
        mark_free(offer.account_id, now)
    log_event(contact.id, "not_connected", now, offer.account_id)
    call = call_of(contact.id)
    if call is not None and call.ended_at is not None:
        give_up_waiting(contact, "hung_up", now)
    else:
        contact.next_step_at = now
