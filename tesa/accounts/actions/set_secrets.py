"""A member of staff gets her password and second factor.

Hashing a password takes some 0.1 s and may have to wait for others who sign in. So pages call `prepared` first, and
open their transaction afterwards: on SQLite nothing else could be written meanwhile, not even a call that comes in.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import passkeys, recovery
from tesa.accounts.audit import record
from tesa.accounts.models import Account
from tesa.accounts.rules.passwords import password_flaw
from tesa.accounts.sealing import seed_field
from tesa.accounts.secrets_of_account import hashed, new_seed
from tesa.accounts.sessions import end_sessions_of
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.vault import vault


def prepared(password: str, email: str) -> str:
    """The hash to keep of `password`, if it will do for the owner of `email`. Raises RuleBroken, TooBusy."""
    flaw = password_flaw(password, tuple(email.replace("@", ".").split(".")))
    if flaw == "short":
        raise RuleBroken(_("Kata sandi sedikitnya 15 karakter. Beberapa kata biasa berturut-turut sudah baik."))
    if flaw == "long":
        raise RuleBroken(_("Kata sandi paling panjang 256 karakter."))
    if flaw is not None:
        raise RuleBroken(_("Kata sandi ini mudah ditebak. Pilih kata-kata lain."))
    return hashed(password)


def set_secrets(account_id: uuid.UUID, password: str, now: datetime) -> str:
    """Set the password and a fresh TOTP seed, and end her sessions; gives the seed. For the shell; see `prepared`."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound
    seed = new_seed()
    keep_secrets(account_id, prepared(password, account.email), seed, now)
    return seed


def keep_secrets(account_id: uuid.UUID, password_hash: str, seed: str, now: datetime) -> None:
    """Keep a password (from `prepared`) and a TOTP seed; all her sessions end.

    A new beginning: passkeys and recovery codes from before are void too, whoever may hold them.
    """
    account = db.session.get_one(Account, account_id)
    account.password_hash = password_hash
    account.totp_sealed = vault.seal(seed_field(account_id), seed)
    account.totp_last_step, account.secured_at = None, now
    db.session.flush()
    passkeys.remove_all(account_id)
    recovery.remove_all(account_id)
    end_sessions_of(account_id, "secrets", now)
    record(account_id, "staff.secrets", "account", account_id, now)


def keep_password(account_id: uuid.UUID, password_hash: str, now: datetime, but: uuid.UUID | None = None) -> None:
    """Keep a changed password (from `prepared`); her sessions except `but` end."""
    account = db.session.get_one(Account, account_id)
    account.password_hash, account.secured_at = password_hash, now
    db.session.flush()
    end_sessions_of(account_id, "password", now, but)
    record(account_id, "staff.password", "account", account_id, now)
