"""One-time links by which a member of staff sets her own password and second factor; nobody else ever knows them."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update

from tesa.accounts.actions.set_secrets import keep_secrets
from tesa.accounts.audit import record
from tesa.accounts.models import Account, Enrolment
from tesa.accounts.recovery import renew_codes
from tesa.accounts.sealing import waiting_seed_field
from tesa.accounts.secrets_of_account import accepted_step, new_seed, take_step
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.vault import vault

VALID_FOR = timedelta(hours=72)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def offer_enrolment(account_id: uuid.UUID, by: uuid.UUID | None, now: datetime) -> str:
    """A new link for the account; earlier ones are void. Gives the token."""
    token = secrets.token_urlsafe(32)
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.account_id == account_id, Enrolment.closed_at.is_(None))
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
    enrolment = Enrolment(
        id=new_id(),
        account_id=account_id,
        token_hash=_hash(token),
        created_at=now,
        created_by=by,
        expires_at=now + VALID_FOR,
    )
    enrolment.totp_sealed = vault.seal(waiting_seed_field(enrolment), new_seed())
    db.session.add(enrolment)
    db.session.flush()
    record(by, "staff.enrolment", "account", account_id, now)
    return token


def open_enrolment(token: str, now: datetime) -> tuple[Enrolment, Account, str]:
    """The open enrolment behind `token`, its account and TOTP seed. Raises NotFound when it is used, void or late."""
    enrolment = db.session.scalar(
        select(Enrolment).where(
            Enrolment.token_hash == _hash(token), Enrolment.closed_at.is_(None), Enrolment.expires_at > now
        )
    )
    account = db.session.get(Account, enrolment.account_id) if enrolment else None
    if enrolment is None or account is None or enrolment.totp_sealed is None or not account.active:
        raise NotFound
    return enrolment, account, vault.unseal(waiting_seed_field(enrolment), enrolment.totp_sealed) or ""


def finish_enrolment(token: str, password_hash: str, code: str, now: datetime) -> list[str]:
    """Keep the password (from `prepared`) and the seed that the code proves; ten recovery codes, to be shown once.

    Raises RuleBroken for a wrong code, NotFound when the link has been used meanwhile.
    """
    enrolment, account, seed = open_enrolment(token, now)
    step = accepted_step(seed, code, now)
    if step is None:
        raise RuleBroken(_("Kode tidak cocok. Periksa jam perangkat Anda, lalu coba kode berikutnya."))
    closed = db.session.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.closed_at.is_(None))
        .values(closed_at=now, totp_sealed=None)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    )
    if closed.first() is None:
        raise NotFound
    keep_secrets(account.id, password_hash, seed, now)
    take_step(account.id, step)
    return renew_codes(account.id, now)
