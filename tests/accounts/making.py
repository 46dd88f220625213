"""Builders of people who can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tesa.accounts.actions.set_secrets import keep_secrets, prepared
from tesa.accounts.models import AuditEntry
from tesa.accounts.public import StaffMember
from tesa.accounts.secrets_of_account import new_seed
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tests.support.client import OutsideClient
from tests.support.people import make_staff

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday, 10.00 in Bekasi
PASSWORD = "payung biru di atas meja kayu"
OTHER_PASSWORD = "perahu kuning menuju pulau seberang"


@dataclass(frozen=True)
class Enrolled:
    """Somebody with a password (PASSWORD) and a second factor."""

    member: StaffMember
    seed: str

    @property
    def email(self) -> str:
        """Her address."""
        return self.member.email

    def code(self, at: datetime) -> str:
        """What her authenticator app shows."""
        return pyotp.TOTP(self.seed).at(at)


_hashes: dict[bytes, str] = {}  # of PASSWORD, by pepper: a hash takes a fifth of a second


def make_enrolled(role: str = "psychologist", *more: str, active: bool = True, at: datetime = NOW) -> Enrolled:
    """A member of staff who set her secrets at `at`."""
    member = make_staff(role, *more, active=active)
    pepper, seed = vault.purpose_key("pepper"), new_seed()
    if pepper not in _hashes:
        _hashes[pepper] = prepared(PASSWORD, member.email)
    with transaction():
        keep_secrets(member.id, _hashes[pepper], seed, at)
    return Enrolled(member, seed)


def enter_password(client: OutsideClient, email: str, password: str = PASSWORD, next_page: str = "") -> TestResponse:
    """The first step of a sign-in."""
    return client.submit("/sign-in" + (f"?next={next_page}" if next_page else ""), email=email, password=password)


def sign_in(client: OutsideClient, person: Enrolled, at: datetime) -> TestResponse:
    """Both steps of a sign-in; the answer to the second."""
    assert enter_password(client, person.email).status_code == 303
    return client.submit("/sign-in/code", code=person.code(at))


def gets_in(client: OutsideClient, email: str, password: str, code: str) -> bool:
    """Is the second step passed? Only there one learns whether address, password and code were right."""
    assert enter_password(client, email, password).status_code == 303
    return client.submit("/sign-in/code", code=code).status_code == 303


def is_in(client: FlaskClient) -> bool:
    """Is this browser signed in?"""
    return client.get("/profil").status_code == 200


def trail(*acts: str) -> list[AuditEntry]:
    """The audit entries with these acts, oldest first."""
    db.session.expire_all()
    query = select(AuditEntry).order_by(AuditEntry.seq)
    return list(db.session.scalars(query.where(AuditEntry.act.in_(acts)) if acts else query))
