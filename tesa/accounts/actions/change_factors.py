"""A member of staff changes her own second factors. Whoever else is signed in as her is signed out by it."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts import own_news, passkeys, recovery
from tesa.accounts.audit import record
from tesa.accounts.public import Principal
from tesa.accounts.sessions import end_sessions_of


def change_factors(who: Principal, act: str, kind: str, object_id: uuid.UUID | None, now: datetime) -> None:
    """What every change has in common: her other sessions end, she is told, and it stands in the trail."""
    end_sessions_of(who.id, "factor", now, but=who.session_id)
    own_news.tell_owner(who.id, own_news.FACTORS, now)
    record(who.id, act, kind, object_id, now)


def keep_passkey(who: Principal, answer: str, name: str, now: datetime) -> bool:
    """Keep the passkey that a browser answered with; False if the answer proves none.

    It does not raise: the challenge must stay used up, and the try in the trail.
    """
    passkey_id = passkeys.add_passkey(who.id, who.session_id, answer, name, now)
    if passkey_id is None:
        record(who.id, "passkey.refused", "account", who.id, now)
        return False
    change_factors(who, "passkey.add", "passkey", passkey_id, now)
    return True


def drop_passkey(who: Principal, passkey_id: uuid.UUID, now: datetime) -> bool:
    """Remove one of her passkeys; False if she has none with this id."""
    if not passkeys.remove_passkey(who.id, passkey_id):
        return False
    change_factors(who, "passkey.remove", "passkey", passkey_id, now)
    return True


def renew_recovery_codes(who: Principal, now: datetime) -> list[str]:
    """Ten new recovery codes."""
    codes = recovery.renew_codes(who.id, now)
    change_factors(who, "recovery_code.renew", "account", who.id, now)
    return codes
