"""One psychologist takes the contact: a single compare-and-set under the contact's lock decides, the other phones stop."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

from tesa.core.errors import Conflict
from tesa.intake.actions.accept_into_talk import accept_into_talk
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.ring_lines import picked_up_line
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import Contact, Offer
from tesa.intake.rules.talk import TALK_OFFERS
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.telephony.outbox import enqueue

CALL_IN = "intake.call_in"
PICK_UP_WITHIN = timedelta(seconds=25)


def accept_offer(offer: Offer, contact: Contact, how: str, now: datetime) -> None:
    """Give `contact` (locked) to the person of `offer`; `how` is "phone" (key 1), "browser" (picked up) or "page".

    Raises Conflict when somebody else has it or the caller is gone. Accepted on the page, a line of hers still has
    to come: a telephone that has been picked up is led into the conference; otherwise her page connects by itself where
    her browser is a telephone, or picking up the ordinary one does it.
    """
    if offer.kind in TALK_OFFERS:
        accept_into_talk(offer, contact, how, now)
        _call_in(offer, how, now)
        return
    if contact.state != ContactState.WAITING or offer.outcome is not None:
        raise Conflict(_("Kontak ini sudah diambil atau penelepon sudah menutup telepon."))
    offer.outcome, offer.ended_at, offer.accepted_by = OfferOutcome.ACCEPTED, now, how
    contact.state, contact.taken_at, contact.taken_offer_id = ContactState.IN_PROGRESS, now, offer.id
    contact.psychologist_id, contact.next_step_at = offer.account_id, now + PICK_UP_WITHIN
    contact.waiting_since, contact.first_to_ring_id = None, None
    withdraw_offers(contact.id, now, except_for=offer.id)
    if offer.account_id is not None:
        mark_talking(offer.account_id, contact.id, now)
    log_event(contact.id, "accepted", now, offer.account_id, detail=how)
    _call_in(offer, how, now)


def _call_in(offer: Offer, how: str, now: datetime) -> None:
    line = picked_up_line(offer) if how == "page" else None
    if line is not None:
        enqueue(CALL_IN, line.id, now)
