"""Twilio tells how an offered leg fares. These callbacks come twice, late and out of order: the rank decides."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.reopen_waiting import reopen_waiting
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import call_of, offer_and_contact
from tesa.intake.rules.talk import TALK_OFFERS
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState, OfferOutcome
from tesa.intake.talk_queries import leg_of_offer
from tesa.telephony.inbound import CallForm


def note_offer_status(token: str, form: CallForm, now: datetime) -> None:
    """Take note of a leg's state. A final state ends the offer, or the talk if it had been accepted."""
    found = offer_and_contact(token)
    rank = LEG_RANK.get(form.status, 0)
    if found is None or rank <= found[0].leg_rank:
        return
    offer, contact = found
    offer.leg_rank, offer.leg_status = rank, form.status
    offer.call_sid = offer.call_sid or (form.sid or None)
    if rank < FINAL_RANK:
        return
    if offer.outcome is None:
        miss_offer(offer, contact, OfferOutcome.MISSED, now)
    elif offer.outcome == OfferOutcome.ACCEPTED:
        _accepted_leg_is_over(offer, contact, form, now)


def _accepted_leg_is_over(offer: Offer, contact: Contact, form: CallForm, now: datetime) -> None:
    leg, call = leg_of_offer(offer.id), call_of(contact.id)
    if leg is not None and leg.call_sid not in (None, form.sid):
        return  # another line of hers that only rang
    met = offer.kind in TALK_OFFERS or (offer.joined_at is not None and call is not None and call.joined_at is not None)
    if met and leg is not None:
        leave_talk(leg, contact, now, "self")
    elif contact.state == ContactState.IN_PROGRESS and contact.taken_offer_id == offer.id:
        reopen_waiting(contact, offer, now)
