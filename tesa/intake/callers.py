"""What is known of a number that calls: her earlier calls, and what of them still holds for this one.

The index of a number is short, so that a row is hers only if its number, opened, is the same. Rows are opened when
there is something to learn from them. While the key provider is away nothing is known, and she is served all the same.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select

from tesa.cases.public import NumberFacts, facts_of_number, language_of_number
from tesa.core.db import db
from tesa.core.vault import KeysAway, Unopenable, vault
from tesa.intake.models import Contact, ContactExclusion
from tesa.intake.queries import number_of
from tesa.intake.rules.priority import Severity
from tesa.intake.rules.words import Channel

log = logging.getLogger(__name__)
AGAIN_WITHIN = timedelta(hours=24)  # calls of one number within this belong together
JUST_NOW = timedelta(hours=1)  # what she wished in a call that ended so lately still holds
MOST = 20  # rows looked at


@dataclass(frozen=True)
class Known:
    """What holds for a new call of a number before anybody has spoken with her."""

    language: str | None = None
    wish_woman: bool = False
    emergency: bool = False
    first_to_ring: uuid.UUID | None = None  # who talked with her in a call that ended just now
    severity: int = 0  # rules/priority.Severity
    kept_away: frozenset[uuid.UUID] = frozenset()  # who is never offered her
    again: int = 0  # how many calls came before this one within AGAIN_WITHIN


NOBODY = Known()


def earlier_calls(number: str, before: datetime, since: datetime) -> list[Contact]:
    """The telephone contacts of this number (E.164) between two times, newest first. Raises KeysAway."""
    return _hers(
        number,
        select(Contact)
        .where(
            Contact.caller_index.in_(vault.blind_indexes("number", number)),
            Contact.channel == Channel.VOICE,
            Contact.opened_at < before,
            Contact.opened_at >= since,
        )
        .order_by(Contact.opened_at.desc())
        .limit(MOST),
    )


def calls_beside(contact: Contact, number: str) -> list[Contact]:
    """The other calls of its number within AGAIN_WITHIN before and after `contact`, newest first. Raises KeysAway."""
    around = earlier_calls(number, contact.opened_at + AGAIN_WITHIN, contact.opened_at - AGAIN_WITHIN)
    return [c for c in around if c.id != contact.id]


def known_of(number: str | None, now: datetime) -> Known:
    """What is known of a number (E.164) that calls now."""
    if number is None:
        return NOBODY
    try:
        query = (
            select(Contact)
            .where(
                Contact.caller_index.in_(vault.blind_indexes("number", number)),
                or_(Contact.language.is_not(None), Contact.opened_at >= now - AGAIN_WITHIN),
            )
            .order_by(Contact.opened_at.desc())
            .limit(MOST)
        )
        contacts = _hers(number, query)
        language = language_of_number(number)
        facts = facts_of_number(number, now)
    except KeysAway:
        return NOBODY
    calls = [c for c in contacts if c.channel == Channel.VOICE and c.opened_at >= now - AGAIN_WITHIN]
    lately = [c for c in calls if (c.ended_at or now) >= now - JUST_NOW]
    return Known(
        language=language or next((c.language for c in contacts if c.language), None),
        wish_woman=any(c.wish_woman for c in lately),
        emergency=any(c.emergency_at is not None and c.finalized_at is None for c in lately),
        first_to_ring=next((c.psychologist_id for c in lately if c.psychologist_id), None),
        severity=_severity(facts, calls),
        kept_away=facts.excluded | kept_away_from(number),
        again=len(calls),
    )


def _severity(facts: NumberFacts, calls: Iterable[Contact]) -> int:
    """How grave it is before anybody has spoken with her; `calls`: her earlier ones, within AGAIN_WITHIN."""
    if facts.high_risk:
        return Severity.HIGH_RISK
    if facts.child:
        return Severity.CHILD
    return Severity.SILENT_AGAIN if any(c.silent_at is not None for c in calls) else Severity.NONE


def kept_away_from(number: str) -> frozenset[uuid.UUID]:
    """Who was excluded from an earlier contact of this number (E.164). Raises KeysAway."""
    query = (
        select(Contact, ContactExclusion.account_id)
        .join(ContactExclusion, ContactExclusion.contact_id == Contact.id)
        .where(Contact.caller_index.in_(vault.blind_indexes("number", number)))
    )
    return frozenset(account_id for contact, account_id in db.session.execute(query) if is_from(contact, number))


def severity_of(number: str | None, now: datetime) -> int:
    """The same for a conversation in writing, which has no silent calls before it."""
    try:
        return _severity(facts_of_number(number, now), ()) if number else Severity.NONE
    except KeysAway:
        return Severity.NONE


def _hers(number: str, query: Select[Contact]) -> list[Contact]:
    return [contact for contact in db.session.scalars(query) if is_from(contact, number)]


def is_from(contact: Contact, number: str) -> bool:
    """Did `contact` come from this number? A row that does not open is nobody's."""
    try:
        return number_of(contact) == number
    except Unopenable:  # a damaged row must not keep anybody from being served
        log.error("the number of contact %s does not open", contact.id)
        return False
