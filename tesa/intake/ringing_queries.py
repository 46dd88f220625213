"""Reads of the lines on which an offer rings. The contact's row is the lock of them too."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, or_, select

from tesa.accounts.public import member, uses_softphone
from tesa.core.db import db
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import locked
from tesa.intake.ringing_models import BrowserPhone, OfferLeg
from tesa.intake.rules.softphone import PHONE, is_there
from tesa.intake.rules.talk import OVER, TALK_OFFERS
from tesa.intake.rules.words import FINAL_RANK, ContactState
from tesa.intake.talk_models import TalkLeg


def lines_of(offer_id: uuid.UUID) -> Sequence[OfferLeg]:
    """The lines of an offer, the ordinary telephone first."""
    found = db.session.scalars(
        select(OfferLeg).where(OfferLeg.offer_id == offer_id).execution_options(populate_existing=True)
    ).all()
    return sorted(found, key=lambda line: line.device != PHONE)


def open_lines(offer_id: uuid.UUID) -> list[OfferLeg]:
    """Those that may still ring, or talk."""
    return [line for line in lines_of(offer_id) if line.rank < FINAL_RANK]


def line_offer_contact(token: str) -> tuple[OfferLeg, Offer, Contact] | None:
    """The line with this token, its offer and contact; all fresh and the contact locked."""
    return _fresh(db.session.scalar(select(OfferLeg.id).where(OfferLeg.token == token)))


def line_by_id(line_id: uuid.UUID) -> tuple[OfferLeg, Offer, Contact] | None:
    """The same by its id."""
    return _fresh(line_id)


def _fresh(line_id: uuid.UUID | None) -> tuple[OfferLeg, Offer, Contact] | None:
    if line_id is None:
        return None
    contact_id = db.session.scalar(
        select(Offer.contact_id).join(OfferLeg, OfferLeg.offer_id == Offer.id).where(OfferLeg.id == line_id)
    )
    contact = locked(contact_id) if contact_id else None
    line = db.session.get(OfferLeg, line_id, populate_existing=True)
    if contact is None or line is None:
        return None
    return line, db.session.get_one(Offer, line.offer_id, populate_existing=True), contact


def has_browser(account_id: uuid.UUID, now: datetime) -> bool:
    """Is there a page of hers that can be rung now?"""
    seen_at = db.session.scalar(select(BrowserPhone.seen_at).where(BrowserPhone.account_id == account_id))
    if not is_there(seen_at, now):
        return False
    person = member(account_id)
    return person is not None and person.active and uses_softphone(account_id)


def number_is_busy(index: int) -> bool:
    """Does the coordinators' number with that index ring for a contact, or is it in a talk?

    What accounts have in their presence, a number without an account has only here.
    """
    rings = and_(Offer.outcome.is_(None), Offer.kind.in_({"call"} | TALK_OFFERS))
    took = exists().where(Contact.taken_offer_id == Offer.id, Contact.state == ContactState.IN_PROGRESS)
    takes_part = exists().where(TalkLeg.offer_id == Offer.id, TalkLeg.state.not_in(OVER))
    query = select(Offer.id).where(Offer.setting_number == index, or_(rings, took, takes_part))
    return db.session.scalar(query.limit(1)) is not None
