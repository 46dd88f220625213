"""Reads of the telephone in the browser: what its bar shows, and into which talk it may connect."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake.models import Call, Contact, Offer
from tesa.intake.queries import accepted_offer
from tesa.intake.rules.softphone import BROWSER
from tesa.intake.rules.talk import TALK_OFFERS, LegKind
from tesa.intake.rules.words import Channel, ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import client_leg


@dataclass(frozen=True)
class BrowserTalk:
    """Her talk as the bar needs it. `connects`: her page is to open the line by itself."""

    contact_id: uuid.UUID
    since: datetime
    connects: bool
    muted: bool
    held: bool


def talk_of(account_id: uuid.UUID) -> BrowserTalk | None:
    """The telephone talk that she has now, or is about to have."""
    contact = db.session.scalar(
        select(Contact)
        .join(Call, Call.contact_id == Contact.id)
        .where(
            Contact.channel == Channel.VOICE,
            Contact.psychologist_id == account_id,
            Contact.state == ContactState.IN_PROGRESS,
            Call.ended_at.is_(None),
        )
        .order_by(Contact.taken_at.desc())
        .limit(1)
    )
    if contact is None or contact.taken_at is None:
        return None
    leg = _newest_leg(contact.id, account_id)
    client = client_leg(contact.id)
    return BrowserTalk(
        contact.id,
        contact.taken_at,
        connects=leg.device == BROWSER if leg else _accepted_on_page(contact),
        muted=leg is not None and leg.muted,
        held=client is not None and client.on_hold,
    )


def _newest_leg(contact_id: uuid.UUID, account_id: uuid.UUID) -> TalkLeg | None:
    return db.session.scalars(
        select(TalkLeg)
        .where(
            TalkLeg.contact_id == contact_id,
            TalkLeg.account_id == account_id,
            TalkLeg.kind == LegKind.PSYCHOLOGIST,
            TalkLeg.joined_at.is_not(None),
        )
        .order_by(TalkLeg.joined_at.desc(), TalkLeg.id)
        .limit(1)
    ).first()


def _accepted_on_page(contact: Contact) -> bool:
    offer = accepted_offer(contact)
    return offer is not None and offer.accepted_by == "page" and offer.joined_at is None


def ringing_for(account_id: uuid.UUID) -> uuid.UUID | None:
    """The contact whose call rings for her now."""
    return db.session.scalar(
        select(Offer.contact_id)
        .where(Offer.account_id == account_id, Offer.outcome.is_(None), Offer.kind.in_(("call", *TALK_OFFERS)))
        .order_by(Offer.offered_at)
        .limit(1)
    )


def leg_of_call(call_sid: str) -> TalkLeg | None:
    """The participant whose line has this SID."""
    if not call_sid:
        return None
    return db.session.scalars(
        select(TalkLeg).where(TalkLeg.call_sid == call_sid).order_by(TalkLeg.asked_at.desc()).limit(1)
    ).first()
