"""What other slices and the command line may ask of intake. Ids, states and times; nothing sealed."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from tesa.accounts.public import emails
from tesa.accounts.rules.policy import Actor, Standing
from tesa.core.db import db
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import standing_to
from tesa.intake.rules.nuisance import FlagKind
from tesa.intake.rules.words import ContactState

RECENT = timedelta(hours=24)


def waiting_count() -> int:
    """How many contacts nobody has taken yet."""
    folded = and_(Contact.from_blocked, Contact.emergency_at.is_(None))  # texts of blocked numbers: nobody is asked
    query = select(func.count()).where(Contact.state == ContactState.WAITING, ~Contact.test, ~folded)
    return db.session.scalar(query) or 0


def suggestions(now: datetime) -> int:
    """How many suggested flags wait for a decision."""
    waiting = (NumberFlag.kind == FlagKind.SUGGESTED, NumberFlag.lifted_at.is_(None), NumberFlag.until > now)
    return db.session.scalar(select(func.count()).where(*waiting)) or 0


def contact_states(now: datetime) -> list[dict[str, object]]:
    """Open contacts and those of the last 24 hours, oldest first, as `tesa status --json` shows them."""
    contacts = db.session.scalars(
        select(Contact)
        .where(~Contact.test, or_(Contact.state != ContactState.FINALIZED, Contact.opened_at > now - RECENT))
        .order_by(Contact.opened_at)
    ).all()
    offers = defaultdict(list)
    for offer in db.session.scalars(
        select(Offer).where(Offer.contact_id.in_([c.id for c in contacts])).order_by(Offer.offered_at, Offer.id)
    ):
        offers[offer.contact_id].append(offer)
    ids = {c.psychologist_id for c in contacts} | {o.account_id for os in offers.values() for o in os}
    address = emails([i for i in ids if i is not None])
    return [
        {
            "id": str(c.id),
            "channel": c.channel,
            "state": c.state,
            "risk": c.risk,
            "psychologist": address.get(c.psychologist_id) if c.psychologist_id else None,
            "case": str(c.case_id) if c.case_id else None,
            "opened_at": c.opened_at.isoformat(),
            "offers": [
                {
                    "psychologist": address.get(o.account_id) if o.account_id else f"coordinator-{o.setting_number}",
                    "offered_at": o.offered_at.isoformat(),
                    "ended_at": o.ended_at.isoformat() if o.ended_at else None,
                    "outcome": o.outcome,
                }
                for o in offers[c.id]
            ],
        }
        for c in contacts
    ]


def standing_to_contact(contact_id: uuid.UUID, actor: Actor) -> Standing:
    """What somebody is to a contact, and so what she may do with it; nothing to one that is not there."""
    return standing_to(contact_id, actor)


def is_in_conversation(account_id: uuid.UUID, kind: str, object_id: uuid.UUID) -> bool:
    """Is this thing a contact with whom this person is talking or writing right now? She must always see it."""
    if kind != "contact":
        return False
    return (
        db.session.scalar(
            select(Contact.id).where(
                Contact.id == object_id,
                Contact.psychologist_id == account_id,
                Contact.state == ContactState.IN_PROGRESS,
            )
        )
        is not None
    )
