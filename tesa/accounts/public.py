"""What other slices may ask about staff. Gives frozen values, never models."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, select

from tesa.accounts.models import Account, AccountRole
from tesa.accounts.rules.addresses import normalised_email
from tesa.accounts.rules.idle import fresh_until
from tesa.accounts.rules.roles import Role
from tesa.accounts.sealing import name_field, phone_field
from tesa.core.db import db
from tesa.core.vault import vault

__all__ = [
    "Principal",
    "Role",
    "StaffMember",
    "active_accounts",
    "by_email",
    "by_phone",
    "emails",
    "everybody",
    "may_be_staff",
    "member",
    "phones",
    "principal",
    "staff",
    "uses_softphone",
    "with_role",
]

INDEXES_FRESH_FOR = timedelta(seconds=5)


@dataclass(frozen=True)
class StaffMember:
    """A member of staff as other slices see her. `phone` is E.164 or None; `gender` is "P", "L" or None.

    While the key provider is away, to a process that has never opened her keys, her name is her e-mail address and she
    has no phone: a ladder goes on to numbers that can be rung.
    """

    id: uuid.UUID
    email: str
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    roles: frozenset[Role]
    gender: str | None
    languages: frozenset[str]
    kecamatan: str | None
    active: bool


@dataclass(frozen=True)
class Principal:
    """The signed-in person of a request; `flask_login.current_user` is one."""

    id: uuid.UUID
    email: str
    name: str = field(repr=False)
    roles: frozenset[Role]
    language: str
    theme: str
    session_id: uuid.UUID
    seen_at: datetime
    stepped_up_at: datetime | None = None  # when a second factor was last shown in this session
    locked: bool = False  # the screen is locked: nothing is shown until a second factor is
    shared_device: bool = False  # a device that others use too: nothing is remembered on it
    ends_at: datetime | None = None  # of this session, whatever she does
    softphone: bool = False  # she has switched the telephone in the browser on
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """The id as Flask-Login wants it."""
        return str(self.id)

    def has(self, act: str) -> bool:
        """May this person do `act`? False for an act that no slice has declared."""
        table: dict[str, frozenset[Role]] = current_app.extensions["tesa_permissions"]
        return bool(self.roles & table.get(act, frozenset()))

    @property
    def fresh_until(self) -> datetime | None:
        """Until when she may do dangerous acts without showing a second factor again."""
        return fresh_until(self.stepped_up_at)

    def is_role(self, role: Role | str) -> bool:
        """Has this person the role?"""
        return role in self.roles


def principal() -> Principal:
    """The signed-in person of the present request. Raises RuntimeError when nobody is signed in."""
    person = current_user._get_current_object()
    if not isinstance(person, Principal):
        raise RuntimeError("principal() was asked for in a request that nobody has signed in to")  # noqa: TRY004
    return person


def staff(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, StaffMember]:
    """The members with these ids, active or not; unknown ids are left out."""
    wanted = set(ids)
    return {m.id: m for m in _members(Account.id.in_(wanted))} if wanted else {}


def member(account_id: uuid.UUID) -> StaffMember | None:
    """One member, active or not."""
    return staff([account_id]).get(account_id)


def phones(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    """The numbers of these accounts. Raises KeysAway where one cannot be opened now: nobody may be taken for phoneless."""
    rows = db.session.execute(select(Account.id, Account.phone_sealed).where(Account.id.in_(set(ids))))
    return {account_id: vault.unseal(phone_field(account_id), blob) for account_id, blob in rows}


def by_email(email: str) -> StaffMember | None:
    """The member with this e-mail address (in any case), active or not."""
    return next(iter(_members(Account.email == normalised_email(email))), None)


def by_phone(e164: str) -> StaffMember | None:
    """The active member with this number. The blind index only narrows: the number is compared after unsealing."""
    indexes = vault.blind_indexes("number", e164)
    matches = (m for m in _members(Account.phone_index.in_(indexes), Account.active.is_(True)) if m.phone == e164)
    return next(matches, None)


def may_be_staff(e164: str, now: datetime) -> bool:
    """Could this number be a staff member's? False is certain, but for a number added in the last seconds."""
    kept: tuple[datetime, frozenset[int]] | None = current_app.extensions.get("tesa_staff_indexes")
    if kept is None or abs(now - kept[0]) > INDEXES_FRESH_FOR:
        rows = db.session.scalars(select(Account.phone_index).where(Account.phone_index.is_not(None)))
        kept = (now, frozenset(index for index in rows if index is not None))
        current_app.extensions["tesa_staff_indexes"] = kept
    return not kept[1].isdisjoint(vault.blind_indexes("number", e164))


def uses_softphone(account_id: uuid.UUID) -> bool:
    """Has she switched the telephone in the browser on?"""
    return bool(db.session.scalar(select(Account.softphone).where(Account.id == account_id)))


def with_role(role: Role | str) -> list[StaffMember]:
    """The active members who have `role`, by e-mail address."""
    holders = select(AccountRole.account_id).where(AccountRole.role == str(role))
    return _members(Account.active.is_(True), Account.id.in_(holders))


def active_accounts() -> Select[uuid.UUID]:
    """The ids of all active accounts, as a subquery: whoever has been made inactive is on no rota any more."""
    return select(Account.id).where(Account.active)


def everybody() -> list[StaffMember]:
    """All members of staff, active ones first."""
    people = staff(db.session.scalars(select(Account.id)))
    return sorted(people.values(), key=lambda m: (not m.active, m.email))


def emails(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The e-mail addresses of these accounts; nothing is unsealed."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.session.execute(select(Account.id, Account.email).where(Account.id.in_(wanted)))
    return dict(rows.all())


def _members(*conditions: ColumnElement[bool]) -> list[StaffMember]:
    accounts = db.session.scalars(select(Account).where(*conditions).order_by(Account.email)).all()
    if not accounts:
        return []
    roles = _roles([a.id for a in accounts])
    return [_shown(a, frozenset(roles.get(a.id, ()))) for a in accounts]


def _roles(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[Role]]:
    found: dict[uuid.UUID, set[Role]] = {}
    rows = db.session.execute(select(AccountRole.account_id, AccountRole.role).where(AccountRole.account_id.in_(ids)))
    for account_id, role in rows:
        found.setdefault(account_id, set()).add(Role(role))
    return found


def _shown(account: Account, roles: frozenset[Role]) -> StaffMember:
    return StaffMember(
        id=account.id,
        email=account.email,
        name=vault.unseal_unless_away(name_field(account.id), account.name_sealed) or account.email,
        phone=vault.unseal_unless_away(phone_field(account.id), account.phone_sealed),
        roles=roles,
        gender=account.gender,
        languages=frozenset(code for code in account.languages.split(";") if code),
        kecamatan=account.kecamatan,
        active=account.active,
    )
