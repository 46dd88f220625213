"""Builders of staff and duty. Names are roles: nobody here exists."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime, timedelta

from flask import current_app
from flask.testing import FlaskClient

from tesa.accounts.models import Account, AccountRole
from tesa.accounts.public import StaffMember, member
from tesa.accounts.sealing import name_field, phone_field
from tesa.accounts.sessions import begin_session, cookie_name
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.psychologists.models import Assignment

_numbers = itertools.count(1)


def make_staff(
    role: str = "psychologist",
    *more_roles: str,
    email: str | None = None,
    phone: str | None = "",
    gender: str = "P",
    languages: str = "id",
    kecamatan: str | None = None,
    active: bool = True,
    at: datetime | None = None,
) -> StaffMember:
    """A new member of staff with a number of her own (`phone=None`: without one). No password: see `signed_in`."""
    number = next(_numbers)
    if phone == "":
        phone = f"+62811{number:07d}"
    account_id = new_id()
    with transaction():
        db.session.add(
            Account(
                id=account_id,
                email=email or f"{role}-{number}@contoh.id",
                name_sealed=vault.seal(name_field(account_id), f"{role} {number}"),
                phone_sealed=vault.seal(phone_field(account_id), phone),
                phone_index=vault.blind_index("number", phone) if phone else None,
                gender=gender,
                languages=languages,
                kecamatan=kecamatan,
                active=active,
                created_at=at or clock.now(),
            )
        )
        db.session.flush()
        db.session.add_all(AccountRole(account_id=account_id, role=name) for name in (role, *more_roles))
    made = member(account_id)
    db.session.rollback()
    assert made is not None
    return made


def make_shift(
    account_id: uuid.UUID,
    tier: int = 1,
    line: str = "hotline",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> uuid.UUID:
    """Put somebody on duty: from an hour ago, for twelve hours, unless told otherwise. The assignment's id."""
    now = clock.now()
    starts_at = starts_at or now - timedelta(hours=1)
    assignment_id = new_id()
    with transaction():
        db.session.add(
            Assignment(
                id=assignment_id,
                account_id=account_id,
                line=line,
                tier=tier,
                starts_at=starts_at,
                ends_at=ends_at or starts_at + timedelta(hours=12),
                source="manual",
                created_at=now,
                changed_at=now,
            )
        )
    return assignment_id


def session_cookie(person: StaffMember) -> tuple[str, str]:
    """Name and value of the cookie of a browser in which `person` has just signed in."""
    with current_app.test_request_context(), transaction():
        return cookie_name(), begin_session(person.id, clock.now())


def signed_in(client: FlaskClient, person: StaffMember) -> FlaskClient:
    """The same client, with `person` signed in. The way through password and code has its own tests."""
    client.set_cookie(*session_cookie(person))
    return client
