"""A text from somebody whom we ask to go out: SIAP, TOLAK, BERANGKAT, TIBA, SELESAI."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tesa.accounts.public import Role, by_phone, may_be_staff
from tesa.accounts.rules.policy import Relation, Standing, may
from tesa.core.errors import Conflict, RuleBroken
from tesa.outreach import addresses, sentences
from tesa.outreach.actions.accept_offer import accept_offer
from tesa.outreach.actions.decline_offer import decline_offer
from tesa.outreach.actions.log_event import By
from tesa.outreach.actions.move_dispatch import move_dispatch
from tesa.outreach.models import DispatchOffer
from tesa.outreach.queries import get, offer_by_id, offers_to
from tesa.outreach.rules.keywords import Keyword, read
from tesa.outreach.rules.lifecycle import NEXT, OPEN, UNDER_WAY, State
from tesa.outreach.rules.offers import Outcome, Via
from tesa.telephony.inbound import MessageForm, settings
from tesa.telephony.plans import Plan, Reply

LOOK_BACK = timedelta(days=7)
A_LONG_STORY = 12  # words: that is no misspelt keyword, whoever writes it; it belongs to the inbox


_TARGETS = {Keyword.EN_ROUTE: State.EN_ROUTE, Keyword.ON_SCENE: State.ON_SCENE, Keyword.CLEARED: State.CLEARED}


@dataclass(frozen=True)
class _Sender:
    account_id: uuid.UUID | None
    numbers: tuple[int, ...]  # which of TESA_COORDINATOR_NUMBERS
    roles: frozenset[Role]


def take_keyword(form: MessageForm, now: datetime) -> Plan | None:
    """Answer a text of an outreach worker or coordinator, known by her number; None when it is none of ours.

    An unclear text is ours only while an offer waits for her answer. The same text twice does its work once.
    """
    sender = _sender(form.sender, now)
    if sender is None:
        return None
    offers = offers_to(sender.account_id, sender.numbers, now - LOOK_BACK)
    more_than_words = bool(form.media or form.latitude)
    keyword = Keyword.UNCLEAR if more_than_words else read(form.body)
    if keyword is Keyword.UNCLEAR:
        waits = any(o.outcome is None for o in offers)
        ours = waits and not more_than_words and len(form.body.split()) <= A_LONG_STORY
        return (Reply(sentences.NOT_UNDERSTOOD),) if ours else None
    sentence = _act(keyword, offers, form.sid, Standing(sender.roles, frozenset({Relation.DISPATCHED})), now)
    return (Reply(sentence.format(link=addresses.board())),)


def _sender(number: str | None, now: datetime) -> _Sender | None:
    if number is None:
        return None
    numbers = tuple(i for i, ours in enumerate(settings().coordinator_numbers) if ours == number)
    member = by_phone(number) if may_be_staff(number, now) else None
    if member is not None and may(member.roles, "dispatch.answer", [Relation.OFFERED]):
        return _Sender(member.id, numbers, member.roles)
    return _Sender(None, numbers, frozenset({Role.COORDINATOR})) if numbers else None


def _act(keyword: Keyword, offers: Sequence[DispatchOffer], sid: str, who: Standing, now: datetime) -> str:
    """Do what `keyword` says about the offer it must mean; the sentence to reply with."""
    chosen = next((o for o in offers if o.text_sid == sid), None) or _meant(keyword, offers)
    found = offer_by_id(chosen.id) if chosen is not None else None
    if found is None:
        return sentences.NONE_YOURS if keyword in _TARGETS else sentences.NONE_OPEN
    offer, dispatch = found
    try:
        if keyword is Keyword.ACCEPT:
            had_it = offer.outcome == Outcome.ACCEPTED and offer.text_sid != sid
            accept_offer(offer, dispatch, Via.KEYWORD, now)
            sentence = sentences.ALREADY_YOURS if had_it else sentences.YOURS_TEXT
        elif keyword is Keyword.DECLINE:
            decline_offer(offer, dispatch, Via.KEYWORD, now)
            sentence = sentences.DECLINED_TEXT
        else:
            target = _TARGETS[keyword]
            move_dispatch(dispatch, target, who, By(offer.account_id, offer.id), now)
            sentence = sentences.MOVED[target]
    except (Conflict, RuleBroken) as refusal:
        return refusal.sentence
    offer.text_sid = sid
    return sentence


def _meant(keyword: Keyword, offers: Sequence[DispatchOffer]) -> DispatchOffer | None:
    """Which of her offers, the most urgent first, a keyword is about."""
    states = {o.id: State(dispatch.state) for o in offers if (dispatch := get(o.dispatch_id))}
    unanswered = [o for o in offers if o.outcome is None]
    hers = [o for o in offers if o.outcome == Outcome.ACCEPTED and states[o.id] in UNDER_WAY]
    if keyword is Keyword.DECLINE:
        return _first(unanswered, hers)
    if keyword is Keyword.ACCEPT:
        not_hers = [o for o in offers if o.outcome != Outcome.ACCEPTED and states[o.id] in OPEN]
        still_free = [o for o in not_hers if states[o.id] is State.REQUESTED]
        return _first(unanswered, still_free, hers, not_hers)
    target = _TARGETS[keyword]
    fitting = [o for o in hers if target in NEXT.get(states[o.id], ()) or states[o.id] is target]
    return _first(fitting, hers)


def _first(*choices: Sequence[DispatchOffer]) -> DispatchOffer | None:
    return next((choice[0] for choice in choices if choice), None)
