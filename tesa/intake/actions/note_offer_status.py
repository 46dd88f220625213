"""Twilio tells how an offered leg fares. These callbacks come twice, late and out of order: the rank decides."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.miss_offer import miss_offer
from tesa.intake.actions.reopen_waiting import reopen_waiting
from tesa.intake.actions.ring_lines import note_line, rings_elsewhere
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import call_of
from tesa.intake.ringing_models import OfferLeg
from tesa.intake.ringing_queries import has_browser, line_offer_contact
from tesa.intake.rules.talk import TALK_OFFERS
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState, OfferOutcome
from tesa.intake.talk_queries import leg_of_offer
from tesa.telephony.inbound import CallForm


def note_offer_status(token: str, form: CallForm, now: datetime) -> None:
    """Take note of a line's state. The final state of her last line ends the offer, that of the accepted one the talk."""
    found = line_offer_contact(token)
    rank = LEG_RANK.get(form.status, 0)
    if found is None or rank <= found[0].rank:
        return
    line, offer, contact = found
    note_line(line, offer, form.sid, form.status, rank)
    if rank < FINAL_RANK:
        return
    if offer.outcome is None:
        if not rings_elsewhere(offer, line):
            miss_offer(offer, contact, OfferOutcome.MISSED, now)
    elif offer.outcome == OfferOutcome.ACCEPTED:
        _accepted_leg_is_over(line, offer, contact, form, now)


def _accepted_leg_is_over(line: OfferLeg, offer: Offer, contact: Contact, form: CallForm, now: datetime) -> None:
    leg, call = leg_of_offer(offer.id), call_of(contact.id)
    if leg is not None and leg.call_sid not in (None, form.sid):
        return  # another line of hers that only rang
    met = offer.kind in TALK_OFFERS or (offer.joined_at is not None and call is not None and call.joined_at is not None)
    if met and leg is not None:
        leave_talk(leg, contact, now, "self")
    elif (
        contact.state == ContactState.IN_PROGRESS
        and contact.taken_offer_id == offer.id
        and not _comes(line, offer, now)
    ):
        reopen_waiting(contact, offer, now)


def _comes(line: OfferLeg, offer: Offer, now: datetime) -> bool:
    """Accepted on the page: will another line of hers come? Her page connects by itself. If none does, time decides."""
    if offer.accepted_by != "page" or offer.joined_at is not None:
        return False
    return rings_elsewhere(offer, line) or (offer.account_id is not None and has_browser(offer.account_id, now))
