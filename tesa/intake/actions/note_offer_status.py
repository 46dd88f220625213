"""Twilio tells how an offered leg fares. These callbacks come twice, late and out of order: the rank decides."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.actions.end_talk import end_talk
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.reopen_waiting import reopen_waiting
from tesa.intake.queries import offer_and_contact
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState, OfferOutcome
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
    elif offer.outcome == OfferOutcome.ACCEPTED and contact.taken_offer_id == offer.id:
        if contact.state != ContactState.IN_PROGRESS:
            return
        if offer.joined_at is None:
            reopen_waiting(contact, offer, now)
        else:
            end_talk(contact, "psychologist", now)
