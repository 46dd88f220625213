"""Recovery codes: for the day the phone with the authenticator app is lost.

A code is 80 random bits, so a keyed hash is enough to keep it by: there is nothing to guess that a slow hash would
make dearer, and one statement finds and uses it up. argon2id would need ten hashes of 64 MiB for each code typed, a
gift to whoever wants to keep the hotline's processors busy.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import datetime

from sqlalchemy import delete, func, select, update

from tesa.accounts.models import RecoveryCode
from tesa.core.db import db, new_id
from tesa.core.vault import vault

AT_ONCE = 10
LENGTH, GROUP = 16, 4
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
FEW = 3  # from here on one is told how many are left
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})


def read_code(typed: str) -> str | None:
    """The code in `typed`, however it was written, or None if it cannot be one."""
    if len(typed) > 2 * LENGTH or not typed.isascii():
        return None
    code = typed.upper().translate(_READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else None


def _hash(account_id: uuid.UUID, code: str) -> bytes:
    return hmac.digest(vault.purpose_key("pepper"), f"recovery|{account_id}|{code}".encode(), hashlib.sha256)


def renew_codes(account_id: uuid.UUID, now: datetime) -> list[str]:
    """Ten new codes, as they are shown this once; those from before are void."""
    remove_all(account_id)
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(AT_ONCE)]
    db.session.add_all(
        RecoveryCode(id=new_id(), account_id=account_id, code_hash=_hash(account_id, code), created_at=now)
        for code in codes
    )
    db.session.flush()
    return ["-".join(code[i : i + GROUP] for i in range(0, LENGTH, GROUP)) for code in codes]


def remove_all(account_id: uuid.UUID) -> None:
    """Remove all codes of the account."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def use_up(account_id: uuid.UUID, code: str, now: datetime) -> bool:
    """Use a code (from `read_code`) up, in one statement; False if it is none of hers or has been used."""
    done = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == _hash(account_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def codes_left(account_id: uuid.UUID) -> int:
    """How many codes she still has."""
    query = select(func.count()).select_from(RecoveryCode)
    return db.session.scalar(query.where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))) or 0
