"""What a contact asks of the person who is rung for her, put together from all that is known."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from tesa.cases.public import excluded, sticky_psychologist
from tesa.core.db import db
from tesa.core.vault import KeysAway, vault
from tesa.intake.callers import is_from, kept_away_from
from tesa.intake.models import Contact, ContactExclusion
from tesa.intake.queries import number_of
from tesa.intake.rules import priority
from tesa.intake.rules.words import Language
from tesa.psychologists.public import Need

STICKS = timedelta(days=30)  # so long the psychologist who talked with her last is rung first
MOST = 20  # earlier contacts looked at


def need_of(contact: Contact, now: datetime, not_again: Collection[uuid.UUID] = (), *, keeps_wish: bool = True) -> Need:
    """The need of `contact`. `not_again`: whom this time nobody rings, besides those who never are."""
    return Need(
        wish_woman=contact.wish_woman and keeps_wish,
        languages=languages_of(contact.language),
        preferred=preferred_psychologist(contact, now),
        excluded=never_for(contact) | frozenset(not_again),
        critical=is_critical(contact),
        women_only=waits_for_woman(contact, now),
    )


def waits_for_woman(contact: Contact, now: datetime) -> bool:
    """Has she chosen, for a while, to be answered by a woman or not at all? In danger nobody waits."""
    return contact.woman_until is not None and now < contact.woman_until and not is_critical(contact)


def languages_of(language: str | None) -> frozenset[str]:
    """The languages wished of the psychologist. Everybody speaks Indonesian."""
    return frozenset({language} if language and language != Language.INDONESIAN else ())


def is_critical(contact: Contact) -> bool:
    """Is everybody rung for her at once?"""
    return priority.is_critical(contact.emergency_at is not None, contact.risk, contact.severity)


def never_for(contact: Contact) -> frozenset[uuid.UUID]:
    """Who is never offered this contact: excluded from it, or from whoever uses its number or has its case.

    While the key provider is away the number says nothing; what is known of the contact and its case still holds.
    """
    from_it = select(ContactExclusion.account_id).where(ContactExclusion.contact_id == contact.id)
    try:
        number = number_of(contact)
        by_number = excluded(number) | kept_away_from(number) if number else frozenset()
    except KeysAway:
        by_number = frozenset()
    return frozenset(db.session.scalars(from_it)) | by_number | excluded(None, contact.case_id)


def preferred_psychologist(contact: Contact, now: datetime) -> uuid.UUID | None:
    """Whose line to her broke off, else who works on her case, else who talked with this number last; None too while
    the key provider is away: whoever is free then answers her.
    """
    if contact.first_to_ring_id is not None:
        return contact.first_to_ring_id
    try:
        number = number_of(contact)
        return knows_number(number, now, contact.id) if number else None
    except KeysAway:
        return None


def knows_number(number: str, now: datetime, besides: uuid.UUID | None = None) -> uuid.UUID | None:
    """Who works on the case of whoever uses this number (E.164), else who talked with it last, in another contact than
    `besides`. Raises KeysAway.
    """
    return sticky_psychologist(number, now) or _talked_last(number, besides, now)


def _talked_last(number: str, besides: uuid.UUID | None, now: datetime) -> uuid.UUID | None:
    query = (
        select(Contact)
        .where(
            Contact.caller_index.in_(vault.blind_indexes("number", number)),
            Contact.psychologist_id.is_not(None),
            Contact.taken_at > now - STICKS,
            *((Contact.id != besides,) if besides else ()),
        )
        .order_by(Contact.taken_at.desc())
        .limit(MOST)
    )
    return next((c.psychologist_id for c in db.session.scalars(query) if is_from(c, number)), None)
