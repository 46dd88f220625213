"""A member of staff is added or changed. Idempotent by e-mail address."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select

from tesa.accounts.audit import record
from tesa.accounts.models import Account, AccountRole
from tesa.accounts.public import Role, name_field, phone_field
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.core.vault import vault
from tesa.telephony.numbers import normalised

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
GENDERS = {"p": "P", "perempuan": "P", "female": "P", "f": "P", "l": "L", "laki-laki": "L", "male": "L", "m": "L"}


@dataclass(frozen=True)
class Details:
    """What is known of a member of staff."""

    email: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    roles: frozenset[Role] = frozenset()
    gender: str = ""
    languages: tuple[str, ...] = ("id",)
    kecamatan: str = ""
    active: bool = True


def save_account(details: Details, by: uuid.UUID | None, now: datetime) -> uuid.UUID:
    """Add the person, or change the one with this e-mail address; her id. Raises RuleBroken with what is wrong."""
    email = details.email.strip().lower()
    if not (EMAIL.fullmatch(email) and email.isascii()):
        raise RuleBroken(_("Alamat surel tidak benar."))
    if not details.name.strip():
        raise RuleBroken(_("Nama belum diisi."))
    phone = normalised(details.phone) if details.phone.strip() else None
    if details.phone.strip() and phone is None:
        raise RuleBroken(_("Nomor telepon tidak benar; contoh: +6281234567890."))
    if not details.roles:
        raise RuleBroken(_("Pilih sedikitnya satu peran."))
    account = db.session.scalar(select(Account).where(Account.email == email))
    known = account is not None
    if account is None:
        account = Account(id=new_id(), email=email, created_at=now)
        db.session.add(account)
    account.name_sealed = vault.seal(name_field(account.id), details.name.strip())
    account.phone_sealed = vault.seal(phone_field(account.id), phone)
    account.phone_index = vault.blind_index("number", phone) if phone else None
    account.gender = _gender(details.gender)
    account.languages = ";".join(details.languages) or "id"
    account.kecamatan = details.kecamatan.strip() or None
    account.active = details.active
    db.session.flush()
    _set_roles(account.id, details.roles, by)
    record(by, "staff.change" if known else "staff.add", "account", account.id, now)
    return account.id


def _gender(text: str) -> str | None:
    word = text.strip().casefold()
    if not word:
        return None
    if word not in GENDERS:
        raise RuleBroken(_("Jenis kelamin: P atau L."))
    return GENDERS[word]


def _set_roles(account_id: uuid.UUID, roles: Iterable[Role], by: uuid.UUID | None) -> None:
    present = set(db.session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))
    wanted = {str(role) for role in roles}
    if by == account_id and str(Role.PSYCHOLOGIST) in wanted - present:
        raise RuleBroken(_("Peran psikolog tidak dapat diberikan kepada diri sendiri."))
    db.session.execute(
        delete(AccountRole).where(AccountRole.account_id == account_id, AccountRole.role.in_(present - wanted))
    )
    db.session.add_all(AccountRole(account_id=account_id, role=role) for role in wanted - present)
    db.session.flush()
