"""Reads of outreach. The row of a dispatch is the lock of everything under it: whoever changes it takes it first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from tesa.core.db import db
from tesa.outreach.models import Dispatch, DispatchEvent, DispatchOffer
from tesa.outreach.rules.lifecycle import OPEN, UNDER_WAY, State
from tesa.outreach.rules.offers import Outcome

FRESH = {"populate_existing": True}


def get(dispatch_id: uuid.UUID) -> Dispatch | None:
    """One dispatch, not locked."""
    return db.session.get(Dispatch, dispatch_id)


def locked(dispatch_id: uuid.UUID) -> Dispatch | None:
    """One dispatch, fresh and locked for the rest of the transaction."""
    query = select(Dispatch).where(Dispatch.id == dispatch_id).with_for_update()
    return db.session.scalar(query.execution_options(**FRESH))


def locked_if_due(dispatch_id: uuid.UUID, now: datetime) -> Dispatch | None:
    """One dispatch whose ladder is due at `now`, locked; None if it is not, or if somebody else is at it."""
    query = select(Dispatch).where(Dispatch.id == dispatch_id, Dispatch.next_step_at <= now)
    return db.session.scalar(query.with_for_update(skip_locked=True).execution_options(**FRESH))


def under_way_for(contact_id: uuid.UUID) -> uuid.UUID | None:
    """The one dispatch of a contact where somebody still needs help."""
    return db.session.scalar(
        select(Dispatch.id).where(Dispatch.contact_id == contact_id, Dispatch.state.in_(UNDER_WAY))
    )


def due_ids(now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """At most `limit` dispatches whose ladder is due, oldest deadline first."""
    query = select(Dispatch.id).where(Dispatch.next_step_at <= now).order_by(Dispatch.next_step_at).limit(limit)
    return db.session.scalars(query).all()


def next_deadline(now: datetime) -> datetime | None:
    """When the next ladder goes on after `now`; None when no other dispatch waits for an answer."""
    return db.session.scalar(select(func.min(Dispatch.next_step_at)).where(Dispatch.next_step_at > now))


def offer_and_dispatch(which: ColumnElement[bool]) -> tuple[DispatchOffer, Dispatch] | None:
    """The offer that `which` picks and its dispatch, both fresh and the dispatch locked."""
    dispatch_id = db.session.scalar(select(DispatchOffer.dispatch_id).where(which))
    dispatch = locked(dispatch_id) if dispatch_id else None
    if dispatch is None:
        return None
    offer = db.session.scalars(select(DispatchOffer).where(which).execution_options(**FRESH)).one()
    return offer, dispatch


def offer_by_token(token: str) -> tuple[DispatchOffer, Dispatch] | None:
    """The offer whose call has this token, with its dispatch locked."""
    return offer_and_dispatch(DispatchOffer.token == token)


def offer_by_id(offer_id: uuid.UUID) -> tuple[DispatchOffer, Dispatch] | None:
    """The offer with this id, with its dispatch locked."""
    return offer_and_dispatch(DispatchOffer.id == offer_id)


def offers_of(dispatch_id: uuid.UUID) -> Sequence[DispatchOffer]:
    """All offers of a dispatch, oldest first."""
    query = select(DispatchOffer).where(DispatchOffer.dispatch_id == dispatch_id)
    return db.session.scalars(
        query.order_by(DispatchOffer.offered_at, DispatchOffer.id).execution_options(**FRESH)
    ).all()


def offers_of_all(dispatch_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[DispatchOffer]]:
    """The offers of several dispatches, oldest first."""
    found: dict[uuid.UUID, list[DispatchOffer]] = {dispatch_id: [] for dispatch_id in dispatch_ids}
    query = select(DispatchOffer).where(DispatchOffer.dispatch_id.in_(found))
    for offer in db.session.scalars(query.order_by(DispatchOffer.offered_at, DispatchOffer.id)):
        found[offer.dispatch_id].append(offer)
    return found


def events_of(dispatch_id: uuid.UUID) -> Sequence[DispatchEvent]:
    """The history of a dispatch in order."""
    query = select(DispatchEvent).where(DispatchEvent.dispatch_id == dispatch_id)
    return db.session.scalars(query.order_by(DispatchEvent.number)).all()


def text_failed_before(offer_id: uuid.UUID) -> bool:
    """Has it been noted already that the text of this offer did not arrive?"""
    query = exists().where(DispatchEvent.offer_id == offer_id, DispatchEvent.code == "text_failed")
    return bool(db.session.scalar(select(query)))


def open_work() -> dict[uuid.UUID, int]:
    """How many dispatches each person is working on."""
    busy = (State.ACKNOWLEDGED, State.EN_ROUTE, State.ON_SCENE)
    rows = db.session.execute(
        select(Dispatch.acknowledged_by, func.count())
        .where(Dispatch.state.in_(busy), Dispatch.acknowledged_by.is_not(None))
        .group_by(Dispatch.acknowledged_by)
    )
    return {account_id: count for account_id, count in rows if account_id is not None}


def offers_to(account_id: uuid.UUID | None, numbers: Sequence[int], since: datetime) -> Sequence[DispatchOffer]:
    """Offers to a person, by account or by coordinator number, made since `since`, most urgent dispatch first."""
    mine = or_(DispatchOffer.account_id == account_id, DispatchOffer.setting_number.in_(numbers))
    return db.session.scalars(
        select(DispatchOffer)
        .join(Dispatch, Dispatch.id == DispatchOffer.dispatch_id)
        .where(mine, DispatchOffer.offered_at >= since)
        .order_by(Dispatch.priority, DispatchOffer.offered_at.desc(), DispatchOffer.id)
        .execution_options(**FRESH)
    ).all()


def shown_on_board(now: datetime) -> ColumnElement[bool]:
    """Open dispatches, and those that ended within the last 24 hours."""
    ended = and_(Dispatch.closed_at.is_not(None), Dispatch.closed_at >= now - timedelta(hours=24))
    return or_(Dispatch.state.in_(OPEN), ended)


def on_board(now: datetime, *more: ColumnElement[bool]) -> Sequence[Dispatch]:
    """What is shown on the board at `now`, narrowed by `more`; most urgent and oldest first."""
    query = select(Dispatch).where(shown_on_board(now), *more)
    return db.session.scalars(query.order_by(Dispatch.priority, Dispatch.requested_at, Dispatch.id)).all()


def of_case(case_id: uuid.UUID) -> Sequence[Dispatch]:
    """All dispatches of a case, newest first."""
    query = select(Dispatch).where(Dispatch.case_id == case_id)
    return db.session.scalars(query.order_by(Dispatch.requested_at.desc(), Dispatch.id)).all()


def of_contact(contact_id: uuid.UUID) -> Sequence[Dispatch]:
    """All dispatches of a contact, newest first."""
    query = select(Dispatch).where(Dispatch.contact_id == contact_id)
    return db.session.scalars(query.order_by(Dispatch.requested_at.desc(), Dispatch.id)).all()


def was_asked(account_id: uuid.UUID) -> ColumnElement[bool]:
    """Dispatches that were ever put to this person."""
    return exists().where(DispatchOffer.dispatch_id == Dispatch.id, DispatchOffer.account_id == account_id)


def accepted_offer(dispatch_id: uuid.UUID) -> DispatchOffer | None:
    """The offer by which somebody has the dispatch."""
    return db.session.scalar(
        select(DispatchOffer)
        .where(DispatchOffer.dispatch_id == dispatch_id, DispatchOffer.outcome == Outcome.ACCEPTED)
        .execution_options(**FRESH)
    )
