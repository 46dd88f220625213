"""Somebody says no: the next one is asked at once."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.core.errors import Conflict
from tesa.outreach.actions.climb_ladder import climb_ladder
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.actions.withdraw_offers import stop_ringing
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.rules.offers import Kind, Outcome, Via


def decline_offer(offer: DispatchOffer, dispatch: Dispatch, via: Via, now: datetime) -> None:
    """End `offer` of `dispatch` (locked) with a no. Does nothing when it is over already.

    Raises Conflict when she had accepted it: a promise is not taken back by a key.
    """
    if offer.outcome == Outcome.ACCEPTED:
        raise Conflict(_("Tugas ini sudah Anda terima. Hubungi koordinator bila tidak bisa."))
    if offer.outcome is not None:
        return
    offer.outcome, offer.ended_at, offer.via = Outcome.DECLINED, now, via
    log_event(dispatch, "declined", now, By(offer.account_id, offer.id), detail=via)
    if via is not Via.KEY:
        stop_ringing(offer, now)
    audit.record(offer.account_id, "dispatch.decline", "dispatch", dispatch.id, now, dispatch.case_id, via=via)
    climb_ladder(dispatch, now, more_workers=1 if offer.kind == Kind.WORKER else 0)
