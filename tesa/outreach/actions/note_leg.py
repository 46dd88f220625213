"""Twilio tells how the call of an offer fares. These callbacks come twice, late and out of order."""

from __future__ import annotations

from datetime import datetime

from tesa.outreach.actions.note_leg_end import note_leg_end
from tesa.outreach.actions.withdraw_offers import stop_ringing
from tesa.outreach.models import DispatchOffer
from tesa.outreach.queries import offer_by_token
from tesa.outreach.rules.offers import LEG_IS_OVER, Outcome
from tesa.telephony.inbound import CallForm


def note_leg(token: str, form: CallForm, now: datetime) -> None:
    """Take note of the state of a call. Only its end matters, and only the end of the call we know of.

    The outbox may have to place a call twice, if it cannot know whether the first try went through; the end of the
    copy says nothing about the call that rings.
    """
    found = offer_by_token(token)
    if found is None:
        return
    offer, dispatch = found
    note_sid(offer, form.sid, now)
    if form.status in LEG_IS_OVER and form.sid == offer.call_sid:
        note_leg_end(offer, dispatch, form.status, now)


def note_sid(offer: DispatchOffer, sid: str | None, now: datetime) -> None:
    """Remember the call's SID when it becomes known; stop the call if the offer was over before that."""
    if offer.call_sid is not None or not sid:
        return
    offer.call_sid = sid
    if offer.outcome not in (None, Outcome.MISSED):
        stop_ringing(offer, now)
