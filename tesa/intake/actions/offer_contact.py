"""A contact is put to one person: the row, its token, and what tells her."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from tesa.accounts.public import with_role
from tesa.accounts.rules.roles import Role
from tesa.core.db import db, new_id
from tesa.intake.actions.ring_lines import ring_lines
from tesa.intake.models import Contact, Offer
from tesa.intake.rules.talk import TALK_OFFERS
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import enqueue

RUNG = frozenset({"call"}) | TALK_OFFERS
PAGE = "intake.page"


def offer_contact(
    contact: Contact,
    kind: str,
    tier: int,
    now: datetime,
    account_id: uuid.UUID | None = None,
    setting_number: int | None = None,
    reasons: str = "",
) -> Offer:
    """Offer `contact` to an account, or to the coordinators' number with that index; `kind` is "call" or "message",
    or one of TALK_OFFERS for somebody who is asked into a talk that goes on.

    Her telephone rings, and her browser if one is there, or she is paged, right after the commit.
    """
    offer = Offer(
        id=new_id(),
        contact_id=contact.id,
        kind=kind,
        account_id=account_id,
        setting_number=setting_number,
        tier=tier,
        reasons=reasons[:200],
        token=secrets.token_urlsafe(32),
        offered_at=now,
    )
    db.session.add(offer)
    db.session.flush()
    if kind in RUNG:
        ring_lines(offer, now)
    else:
        enqueue(PAGE, offer.id, now)
    return offer


def coordinators(now: datetime) -> tuple[list[uuid.UUID], int]:
    """The last rung: coordinators on duty, and how many numbers of last resort; without either, every coordinator."""
    people = [person.account_id for person in on_duty("hotline", now) if person.tier == 3]
    numbers = len(settings().coordinator_numbers)
    if not people and not numbers:
        people = [member.id for member in with_role(Role.COORDINATOR) if member.phone]
    return people, numbers
