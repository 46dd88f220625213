"""A phone that was rung for an offer is picked up, by a person or by a voicemail: the whisper, and what a key means."""

from __future__ import annotations

from datetime import datetime

from tesa.core.errors import Conflict
from tesa.outreach import addresses, sentences
from tesa.outreach.actions.accept_offer import accept_offer
from tesa.outreach.actions.decline_offer import decline_offer
from tesa.outreach.actions.note_leg import note_sid
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.queries import offer_by_token
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.offers import Outcome, Via
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Gather, Hangup, Plan, Say

SECONDS_TO_PRESS = 6
ACCEPT, DECLINE = "1", "2"


def answer_ring(token: str, form: CallForm, now: datetime) -> Plan:
    """What is heard on picking up: the whisper twice, then the call ends. Silence accepts nothing."""
    found = offer_by_token(token)
    if found is None:
        return _goodbye(sentences.OVER)
    offer, dispatch = found
    note_sid(offer, form.sid, now)
    return _whisper(offer, dispatch)


def press_key(token: str, form: CallForm, now: datetime) -> Plan:
    """1 accepts, 2 declines, any other key hears the whisper again. A key that comes twice is answered alike."""
    found = offer_by_token(token)
    if found is None:
        return _goodbye(sentences.OVER)
    offer, dispatch = found
    try:
        if form.digits == ACCEPT:
            accept_offer(offer, dispatch, Via.KEY, now)
            return _goodbye(sentences.YOURS)
        if form.digits == DECLINE:
            decline_offer(offer, dispatch, Via.KEY, now)
            return _goodbye(sentences.NOTED)
    except Conflict:
        return _goodbye(_whose(offer, dispatch))
    return _whisper(offer, dispatch)


def _whisper(offer: DispatchOffer, dispatch: Dispatch) -> Plan:
    if dispatch.state != State.REQUESTED:
        return _goodbye(_whose(offer, dispatch))
    ask = Gather(addresses.of_offer(offer.token, "key"), (Say(sentences.WHISPER),), timeout=SECONDS_TO_PRESS)
    return (ask, ask, *_goodbye(sentences.NOTHING_PRESSED))


def _whose(offer: DispatchOffer, dispatch: Dispatch) -> str:
    if offer.outcome == Outcome.ACCEPTED:
        return sentences.YOURS
    return sentences.TAKEN_BY.get(dispatch.acknowledged_as or "", sentences.OVER)


def _goodbye(sentence: str) -> Plan:
    return (Say(sentence), Hangup())
