"""Reads of who is in a talk. The contact's row is the lock of its legs: whoever changes one has taken it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake.models import Contact
from tesa.intake.queries import locked
from tesa.intake.rules.talk import OVER, LegKind, LegState
from tesa.intake.talk_models import TalkLeg, ThirdParty


def legs_of(contact_id: uuid.UUID) -> Sequence[TalkLeg]:
    """All participants that a talk has had, in the order in which they were asked."""
    return db.session.scalars(
        select(TalkLeg)
        .where(TalkLeg.contact_id == contact_id)
        .order_by(TalkLeg.asked_at, TalkLeg.id)
        .execution_options(populate_existing=True)
    ).all()


def live_legs(contact_id: uuid.UUID) -> list[TalkLeg]:
    """The participants who are in it, or still ring."""
    return [leg for leg in legs_of(contact_id) if leg.state not in OVER]


def client_leg(contact_id: uuid.UUID) -> TalkLeg | None:
    """The client's own leg, once she has been in a talk."""
    return next((leg for leg in legs_of(contact_id) if leg.kind == LegKind.CLIENT), None)


def psychologist_leg(contact: Contact) -> TalkLeg | None:
    """The leg of whoever has the talk of `contact`; the newest, when her page was loaded anew."""
    found = [
        leg
        for leg in legs_of(contact.id)
        if leg.kind == LegKind.PSYCHOLOGIST and leg.state == LegState.JOINED and leg.offer_id == contact.taken_offer_id
    ]
    return found[-1] if found else None


def colleague_leg(contact_id: uuid.UUID) -> TalkLeg | None:
    """The leg of the colleague to whom the talk may be handed over, once she is there."""
    found = [leg for leg in legs_of(contact_id) if leg.kind == LegKind.TRANSFER and leg.state == LegState.JOINED]
    return found[-1] if found else None


def leg_of_offer(offer_id: uuid.UUID) -> TalkLeg | None:
    """The newest leg of a member of staff who was asked by this offer."""
    return db.session.scalars(
        select(TalkLeg)
        .where(TalkLeg.offer_id == offer_id)
        .order_by(TalkLeg.asked_at.desc(), TalkLeg.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def leg_and_contact(token: str) -> tuple[TalkLeg, Contact] | None:
    """The leg with this token and its contact, both fresh and the contact locked."""
    return _fresh(db.session.scalar(select(TalkLeg.id).where(TalkLeg.token == token)))


def leg_by_id(leg_id: uuid.UUID) -> tuple[TalkLeg, Contact] | None:
    """The leg and its contact, both fresh and the contact locked."""
    return _fresh(db.session.scalar(select(TalkLeg.id).where(TalkLeg.id == leg_id)))


def _fresh(leg_id: uuid.UUID | None) -> tuple[TalkLeg, Contact] | None:
    if leg_id is None:
        return None
    contact = locked(db.session.scalars(select(TalkLeg.contact_id).where(TalkLeg.id == leg_id)).one())
    leg = db.session.get(TalkLeg, leg_id, populate_existing=True)
    return (leg, contact) if leg is not None and contact is not None else None


def leg_in_room(contact_id: uuid.UUID, call_sid: str, label: str | None) -> TalkLeg | None:
    """Which participant an event of the conference is about: by the CallSid, else by the label."""
    ours = [leg for leg in legs_of(contact_id) if call_sid and leg.call_sid == call_sid]
    return ours[-1] if ours else next((leg for leg in reversed(legs_of(contact_id)) if leg.label == label), None)


def third_parties(active_only: bool = True) -> Sequence[ThirdParty]:
    """The list that administrators keep, services first."""
    query = select(ThirdParty)
    if active_only:
        query = query.where(ThirdParty.active.is_(True))
    return db.session.scalars(query.order_by(ThirdParty.short_name, ThirdParty.language, ThirdParty.created_at)).all()
