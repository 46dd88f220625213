"""Which flags are on a number now. The index of a number is short, so that a flag is hers only if its number is."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from tesa.accounts.public import emails
from tesa.cases.public import high_risk_case
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.vault import KeysAway, Shredded, Unopenable, vault
from tesa.intake import sealing
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import Contact
from tesa.intake.queries import number_of
from tesa.intake.rules.nuisance import BLOCKED, SUGGEST_WITHIN, FlagKind, turned_away
from tesa.intake.rules.words import Channel
from tesa.telephony.numbers import masked

log = logging.getLogger(__name__)
MOST_ROWS = 200
MOST_CONTACTS = 200  # of one number, looked at for a suggestion


def in_force(now: datetime) -> ColumnElement[bool]:
    """Flags that are neither lifted nor over."""
    return and_(NumberFlag.lifted_at.is_(None), NumberFlag.until > now)


def flags_on(number: str, now: datetime) -> list[NumberFlag]:
    """The flags in force on a number (E.164), the gravest kind last. Raises KeysAway."""
    indexes = vault.blind_indexes("number", number)
    rows = db.session.scalars(
        select(NumberFlag)
        .where(NumberFlag.number_index.in_(indexes), NumberFlag.lifted_at.is_(None))
        .order_by(NumberFlag.since)
    )
    hers = [row for row in rows if row.until > now and _number(row) == number]
    return sorted(hers, key=lambda row: tuple(FlagKind).index(FlagKind(row.kind)))


def _number(flag: NumberFlag) -> str | None:
    try:
        return sealing.open_flagged(flag.id, flag.number_sealed)
    except Unopenable:  # a damaged row must not keep anybody from being served
        log.error("the number of flag %s does not open", flag.id)
        return None


def is_turned_away(number: str | None, now: datetime, emergency: bool = False) -> bool:
    """Is a caller with this number not put through? No while the key provider is away: then nobody is turned away.

    One indexed lookup where there is no flag, which is nearly always.
    """
    if number is None:
        return False
    try:
        kinds = {row.kind for row in flags_on(number, now)}
        if FlagKind.BLOCKED not in kinds:
            return False
        return turned_away(kinds, emergency, high_risk_case(number) is not None)
    except KeysAway:
        return False


def outcomes_of(number: str, now: datetime) -> list[tuple[str | None, datetime]]:
    """How the contacts of a number within the time of a suggestion were put on record: outcome, when each came in."""
    rows = db.session.scalars(
        select(Contact)
        .where(
            Contact.caller_index.in_(vault.blind_indexes("number", number)),
            Contact.opened_at > now - SUGGEST_WITHIN,
            Contact.outcome.is_not(None),
        )
        .order_by(Contact.opened_at.desc())
        .limit(MOST_CONTACTS)
    )
    return [(row.outcome, row.opened_at) for row in rows if _is_from(row, number)]


def _is_from(contact: Contact, number: str) -> bool:
    try:
        return number_of(contact) == number
    except Unopenable:
        return False


@dataclass(frozen=True)
class FlagRow:
    """One line of the page of flags. The number is masked before it leaves this module."""

    id: uuid.UUID
    kind: str
    reason: str
    contact_id: uuid.UUID
    by: str | None
    since: datetime
    until: datetime
    lifted_at: datetime | None
    overruled: bool  # a block that does not count, because an open case of high risk belongs to the number
    number: str = field(repr=False)


def flag_rows(now: datetime) -> list[FlagRow]:
    """All flags in force: suggestions that wait for a decision first, then the newest."""
    rows = db.session.scalars(
        select(NumberFlag)
        .where(in_force(now))
        .order_by(NumberFlag.kind != FlagKind.SUGGESTED, NumberFlag.since.desc())
        .limit(MOST_ROWS)
    ).all()
    return _rows(rows)


def ended_rows(now: datetime) -> list[FlagRow]:
    """Flags that are over, the last ones first."""
    ended = func.coalesce(NumberFlag.lifted_at, NumberFlag.until)
    rows = db.session.scalars(
        select(NumberFlag)
        .where(or_(NumberFlag.lifted_at.is_not(None), NumberFlag.until <= now))
        .order_by(ended.desc())
        .limit(20)
    ).all()
    return _rows(rows)


def rows_on(number: str, now: datetime) -> list[FlagRow]:
    """The flags in force on one number, for the page of a contact."""
    return _rows(flags_on(number, now))


def _rows(flags: Sequence[NumberFlag]) -> list[FlagRow]:
    address = emails({f.set_by for f in flags if f.set_by})
    return [_row(flag, address.get(flag.set_by) if flag.set_by else None) for flag in flags]


def _row(flag: NumberFlag, by: str | None) -> FlagRow:
    try:
        number = sealing.open_flagged(flag.id, flag.number_sealed)
    except Shredded:
        number = ""
    overruled = bool(flag.kind == FlagKind.BLOCKED and number and high_risk_case(number))
    return FlagRow(
        flag.id, flag.kind, flag.reason, flag.contact_id, by, flag.since, flag.until, flag.lifted_at, overruled,
        masked(number),
    )  # fmt: skip


def calls_turned_away(since: datetime) -> int:
    """How many calls since then were not put through."""
    query = select(func.count()).where(
        Contact.opened_at >= since, Contact.outcome == BLOCKED, Contact.channel == Channel.VOICE
    )
    return db.session.scalar(query) or 0


def flag_in_force(flag_id: uuid.UUID, now: datetime) -> NumberFlag:
    """A flag in force, locked for the rest of the transaction. Raises NotFound."""
    flag = db.session.scalar(
        select(NumberFlag)
        .where(NumberFlag.id == flag_id, in_force(now))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if flag is None:
        raise NotFound
    return flag
