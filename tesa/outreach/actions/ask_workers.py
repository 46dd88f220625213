"""Ask the next outreach workers."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.public import Role, with_role
from tesa.outreach.actions.offer_dispatch import offer_dispatch
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.places import code_of
from tesa.outreach.queries import offers_of, open_work
from tesa.outreach.rules.candidates import Need, Worker, choose
from tesa.outreach.rules.offers import Kind, Outcome
from tesa.outreach.rules.priorities import Priority
from tesa.psychologists.public import on_duty


def ask_workers(dispatch: Dispatch, count: int, now: datetime) -> bool:
    """Offer `dispatch` (locked) to the `count` best workers not asked yet.

    True when coordinators must know at once, because nobody on shift was left to ask.
    """
    if count <= 0:
        return False
    need = Need(Priority(dispatch.priority), dispatch.kecamatan, dispatch.wish_woman, _asked(dispatch))
    choice = choose(_workers(now), need, count)
    for account_id in choice.workers:
        offer_dispatch(dispatch, Kind.WORKER, account_id, None, now)
    return choice.coordinators


def _workers(now: datetime) -> list[Worker]:
    tiers: dict[uuid.UUID, int] = {}
    for duty in on_duty("outreach", now):
        tiers[duty.account_id] = min(duty.tier, tiers.get(duty.account_id, duty.tier))
    busy = open_work()
    return [
        Worker(m.id, tiers.get(m.id), m.gender == "P", code_of(m.kecamatan), busy.get(m.id, 0))
        for m in with_role(Role.OUTREACH)
        if m.phone is not None
    ]


def _asked(dispatch: Dispatch) -> frozenset[uuid.UUID]:
    """Whoever is being asked, or has let an offer pass since the clock was last started. A no counts for good."""

    def counts(offer: DispatchOffer) -> bool:
        return offer.ended_at is None or offer.outcome == Outcome.DECLINED or offer.ended_at > dispatch.clock_since

    offers = offers_of(dispatch.id)
    return frozenset(o.account_id for o in offers if o.account_id is not None and counts(o))
