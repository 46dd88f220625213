"""The second factor, wherever it is asked for: a code of the app, a recovery code, or a passkey."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from tesa.accounts import own_news, passkeys, recovery
from tesa.accounts.audit import record
from tesa.accounts.models import Account
from tesa.accounts.sealing import seed_field
from tesa.accounts.secrets_of_account import accepted_step, new_seed, take_step
from tesa.core.db import db
from tesa.core.vault import vault

TOTP, RECOVERY, PASSKEY = "totp", "recovery", "passkey"


@dataclass(frozen=True)
class Answer:
    """What a form brought: `code` as typed, `passkey` as the browser said it; `holder_id` is its session or sign-in."""

    holder_id: uuid.UUID
    purpose: str
    code: str = field(default="", repr=False)
    passkey: str = field(default="", repr=False)


def prove(account_id: uuid.UUID | None, answer: Answer, now: datetime) -> str | None:
    """Which second factor of the account `answer` shows: `totp`, `recovery`, `passkey`; None if it shows none.

    Whatever it shows is used up. Without an account (a sign-in that cannot succeed) it costs about the same.
    """
    if answer.passkey:
        shown = passkeys.is_shown(account_id, answer.holder_id, answer.purpose, answer.passkey, now)
        return PASSKEY if shown else None
    code = recovery.read_code(answer.code)
    if code is not None:
        return _recovered(account_id, code, now)
    account = db.session.get(Account, account_id) if account_id else None
    sealed = account.totp_sealed if account is not None else None
    seed = vault.unseal(seed_field(account.id), sealed) if account is not None and sealed is not None else None
    step = accepted_step(seed or new_seed(), answer.code, now)
    if account is None or seed is None or step is None:
        return None
    return TOTP if take_step(account.id, step) else None


def _recovered(account_id: uuid.UUID | None, code: str, now: datetime) -> str | None:
    used = recovery.use_up(account_id or uuid.UUID(int=0), code, now)
    if not used or account_id is None:
        return None
    own_news.tell_owner(account_id, own_news.RECOVERY_CODE, now)
    record(account_id, "recovery_code.used", "account", account_id, now, left=recovery.codes_left(account_id))
    return RECOVERY
