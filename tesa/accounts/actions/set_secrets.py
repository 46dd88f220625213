"""A member of staff gets her password and second factor."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.models import Account
from tesa.accounts.rules.passwords import password_flaw
from tesa.accounts.secrets_of_account import hashed, new_seed, seed_field
from tesa.accounts.sessions import end_sessions_of
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.vault import vault


def refuse_weak(password: str, email: str) -> None:
    """Raise RuleBroken unless `password` will do for the owner of `email`."""
    flaw = password_flaw(password, tuple(email.replace("@", ".").split(".")))
    if flaw == "short":
        raise RuleBroken(_("Kata sandi sedikitnya 15 karakter. Beberapa kata biasa berturut-turut sudah baik."))
    if flaw is not None:
        raise RuleBroken(_("Kata sandi ini mudah ditebak. Pilih kata-kata lain."))


def set_secrets(
    account_id: uuid.UUID, password: str, now: datetime, seed: str | None = None, but: uuid.UUID | None = None
) -> str:
    """Set the password and (a fresh or the given) TOTP seed, and end her sessions except `but`; gives the seed."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound
    refuse_weak(password, account.email)
    seed = seed or new_seed()
    account.password_hash = hashed(password)
    account.totp_sealed = vault.seal(seed_field(account_id), seed)
    account.totp_last_step, account.secured_at = None, now
    end_sessions_of(account_id, "secrets", now, but)
    record(account_id, "staff.secrets", "account", account_id, now)
    return seed


def set_password(account_id: uuid.UUID, password: str, now: datetime, but: uuid.UUID | None = None) -> None:
    """Change the password alone; her other sessions end."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound
    refuse_weak(password, account.email)
    account.password_hash, account.secured_at = hashed(password), now
    end_sessions_of(account_id, "password", now, but)
    record(account_id, "staff.password", "account", account_id, now)
