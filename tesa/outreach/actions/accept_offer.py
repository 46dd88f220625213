"""Somebody says yes. Exactly one has a dispatch: a single compare-and-set decides, the other phones stop."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import update

from tesa.accounts import audit
from tesa.core.db import db
from tesa.core.errors import Conflict
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.actions.withdraw_offers import stop_ringing, withdraw_offers
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.offers import Kind, Outcome, Via


def accept_offer(offer: DispatchOffer, dispatch: Dispatch, via: Via, now: datetime) -> None:
    """Give `dispatch` (locked) to the person of `offer`. A late yes counts while nobody else has said it.

    Does nothing when this offer has it already. Raises Conflict when somebody else has it, or nobody is needed.
    """
    if offer.outcome == Outcome.ACCEPTED:
        return
    if not _won(offer, dispatch, now):
        raise Conflict(taken_sentence(dispatch))
    offer.outcome, offer.ended_at, offer.via = Outcome.ACCEPTED, now, via
    by = By(offer.account_id, offer.id)
    log_event(dispatch, "acknowledged", now, by, detail=via, moved_from=State.REQUESTED)
    withdraw_offers(dispatch, now, except_for=offer.id)
    if via is not Via.KEY:
        stop_ringing(offer, now)
    audit.record(
        offer.account_id, "dispatch.accept", "dispatch", dispatch.id, now, dispatch.case_id, via=via, role=offer.kind
    )


def _won(offer: DispatchOffer, dispatch: Dispatch, now: datetime) -> bool:
    """The compare-and-set. It decides even if an edge should ever come here without the dispatch's lock."""
    won = db.session.execute(
        update(Dispatch)
        .where(Dispatch.id == dispatch.id, Dispatch.state == State.REQUESTED, Dispatch.acknowledged_at.is_(None))
        .values(
            state=State.ACKNOWLEDGED,
            acknowledged_by=offer.account_id,
            acknowledged_as=offer.kind,
            acknowledged_at=now,
            next_step_at=None,
        )
        .returning(Dispatch.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.refresh(dispatch)
    return won is not None


def taken_sentence(dispatch: Dispatch) -> str:
    """Why nobody can accept `dispatch` any more, naming who has it by role only."""
    if dispatch.acknowledged_as == Kind.COORDINATOR:
        return _("Tugas ini sudah diterima koordinator.")
    if dispatch.acknowledged_as == Kind.WORKER:
        return _("Tugas ini sudah diterima petugas lain.")
    return _("Tugas ini sudah tidak terbuka.")
