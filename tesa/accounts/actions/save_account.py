"""A member of staff is added or changed. Idempotent by e-mail address."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from tesa.accounts.audit import record
from tesa.accounts.models import Account, AccountRole
from tesa.accounts.notices import holders
from tesa.accounts.public import Role, StaffMember, member
from tesa.accounts.rules.addresses import email_flaw, normalised_email
from tesa.accounts.rules.roles import CLINICAL
from tesa.accounts.sealing import name_field, phone_field
from tesa.accounts.sessions import end_sessions_of
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.core.vault import vault
from tesa.telephony.numbers import normalised

LANGUAGE = re.compile(r"[a-z]{2,3}")
GENDERS = {"p": "P", "perempuan": "P", "female": "P", "f": "P", "l": "L", "laki-laki": "L", "male": "L", "m": "L"}


@dataclass(frozen=True)
class Details:
    """What is known of a member of staff. `active=None` leaves it as it is; a new person is active."""

    email: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    roles: frozenset[Role] = frozenset()
    gender: str = ""
    languages: tuple[str, ...] = ("id",)
    kecamatan: str = ""
    active: bool | None = None


@dataclass(frozen=True)
class _Wanted:
    """The same, checked and in the form that is kept."""

    email: str
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    gender: str | None
    languages: str
    kecamatan: str | None


def save_account(details: Details, by: uuid.UUID | None, now: datetime) -> uuid.UUID:
    """Add the person, or change the one with this e-mail address; her id. Raises RuleBroken with what is wrong.

    Whose roles change, or who is made inactive, is signed out everywhere. `by` is None for the shell.

    A clinical role that an administrator adds is not given here: `waiting_roles` says which, and a coordinator has to
    approve them. Only while there is no coordinator yet does one administrator give them to another person alone.
    """
    wanted = _checked(details)
    account = db.session.scalar(select(Account).where(Account.email == wanted.email))
    before = member(account.id) if account else None
    if account is None:
        account = Account(id=new_id(), email=wanted.email, created_at=now)
        db.session.add(account)
    elif before is not None and _same(before, wanted, details):
        return account.id
    account.name_sealed = vault.seal(name_field(account.id), wanted.name)
    account.phone_sealed = vault.seal(phone_field(account.id), wanted.phone)
    account.phone_index = vault.blind_index("number", wanted.phone) if wanted.phone else None
    account.gender, account.languages = wanted.gender, wanted.languages
    account.kecamatan = wanted.kecamatan
    account.active = (before is None or before.active) if details.active is None else details.active
    db.session.flush()
    roles = _given(account.id, details.roles, before.roles if before else frozenset(), by)
    _set_roles(account.id, roles, before.roles if before else frozenset())
    if before is not None:
        _after_change(account, before, roles, by, now)
    record(
        by, "staff.change" if before else "staff.add", "account", account.id, now,
        roles=";".join(sorted(roles)), active=account.active,
    )  # fmt: skip
    return account.id


def _checked(details: Details) -> _Wanted:
    """The normalised values of `details`."""
    email, name, kecamatan = normalised_email(details.email), details.name.strip(), details.kecamatan.strip()
    flaw = email_flaw(email)
    if flaw == "letters":
        raise RuleBroken(_("Alamat surel berisi huruf yang hanya mirip huruf latin. Ketik ulang alamatnya."))
    if flaw is not None:
        raise RuleBroken(_("Alamat surel tidak benar."))
    if not name:
        raise RuleBroken(_("Nama belum diisi."))
    if len(name) > 200 or not name.isprintable():
        raise RuleBroken(_("Nama terlalu panjang atau berisi tanda yang tidak bisa disimpan."))
    phone = normalised(details.phone) if details.phone.strip() else None
    if details.phone.strip() and phone is None:
        raise RuleBroken(_("Nomor telepon tidak benar; contoh: +6281234567890."))
    if not details.roles:
        raise RuleBroken(_("Pilih sedikitnya satu peran."))
    languages = tuple(dict.fromkeys(details.languages)) or ("id",)
    if len(languages) > 20 or not all(LANGUAGE.fullmatch(code) for code in languages):
        raise RuleBroken(_("Bahasa ditulis dengan kodenya, misalnya id;su;jv."))
    if len(kecamatan) > 60 or not kecamatan.isprintable():
        raise RuleBroken(_("Nama kecamatan tidak benar."))
    gender = details.gender.strip().casefold()
    if gender and gender not in GENDERS:
        raise RuleBroken(_("Jenis kelamin: P atau L."))
    return _Wanted(email, name, phone, GENDERS.get(gender), ";".join(languages), kecamatan or None)


def _same(before: StaffMember, wanted: _Wanted, details: Details) -> bool:
    """Is nothing to be changed?"""
    return (
        before.name == wanted.name
        and before.phone == wanted.phone
        and before.gender == wanted.gender
        and before.languages == frozenset(wanted.languages.split(";"))
        and before.kecamatan == wanted.kecamatan
        and before.roles == details.roles
        and details.active in (None, before.active)
    )


def waiting_roles(account_id: uuid.UUID, details: Details) -> frozenset[Role]:
    """The clinical roles that `details` ask for and `save_account` did not give: they wait for a second person."""
    person = member(account_id)
    return (details.roles - person.roles) & CLINICAL if person is not None else frozenset()


def _given(
    account_id: uuid.UUID, wanted: frozenset[Role], present: frozenset[Role], by: uuid.UUID | None
) -> frozenset[Role]:
    """Those of the roles `wanted` that `by` gives without a second person."""
    clinical = (wanted - present) & CLINICAL
    if by is None or not clinical:
        return wanted
    if holders(Role.COORDINATOR):
        return wanted - clinical
    if by == account_id:
        raise RuleBroken(_("Peran psikolog tidak dapat diberikan kepada diri sendiri."))
    return wanted


def _set_roles(account_id: uuid.UUID, wanted: frozenset[Role], present: frozenset[Role]) -> None:
    db.session.execute(
        delete(AccountRole).where(AccountRole.account_id == account_id, AccountRole.role.in_(present - wanted))
    )
    db.session.add_all(AccountRole(account_id=account_id, role=str(role)) for role in wanted - present)
    db.session.flush()


def _after_change(
    account: Account, before: StaffMember, roles: frozenset[Role], by: uuid.UUID | None, now: datetime
) -> None:
    if not account.active or roles != before.roles:
        end_sessions_of(account.id, "role" if account.active else "inactive", now)
    was_administrator = before.active and Role.ADMINISTRATOR in before.roles
    if was_administrator and not (account.active and Role.ADMINISTRATOR in roles) and not _administrators():
        raise RuleBroken(_("Harus ada sedikitnya satu administrator yang aktif."))
    was_coordinator = before.active and Role.COORDINATOR in before.roles
    if by is not None and was_coordinator and not holders(Role.COORDINATOR):
        # Without one, an administrator would give clinical roles alone.
        raise RuleBroken(_("Harus ada sedikitnya satu koordinator yang aktif."))


def _administrators() -> int:
    """How many active administrators there are."""
    query = select(func.count()).select_from(AccountRole).join(Account, Account.id == AccountRole.account_id)
    return db.session.scalar(query.where(AccountRole.role == str(Role.ADMINISTRATOR), Account.active)) or 0
