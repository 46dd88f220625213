"""Passkeys (WebAuthn): register, and show as the second factor.

A challenge lives in the database for five minutes, belongs to one session or sign-in, one purpose and one account,
and is removed by the statement that reads it. Address and origin come from the public address alone. The person must
have proved herself to the authenticator (user verification) each time: a key that somebody left plugged in must not
open a locked screen. Whatever goes wrong in a ceremony, the answer is the same.
"""

from __future__ import annotations

import json
import logging
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tesa.accounts import own_news
from tesa.accounts.audit import record
from tesa.accounts.models import Account, Passkey, PasskeyChallenge
from tesa.accounts.sealing import passkey_name_field
from tesa.core.db import db, new_id
from tesa.core.vault import vault
from tesa.telephony.inbound import settings

log = logging.getLogger(__name__)
SIGN_IN, STEP_UP, UNLOCK, REGISTER = "sign_in", "step_up", "unlock", "register"
VALID_FOR = timedelta(minutes=5)
MOST = 10  # passkeys of one account
LARGEST = 16_384  # characters of an answer; a real one has some 2,000
LONGEST_ID = 1023  # bytes of a credential's id, by the standard
NAME = "TeSA"


@dataclass(frozen=True)
class Shown:
    """A passkey as its owner's page lists it."""

    id: uuid.UUID
    name: str
    created_at: datetime
    used_at: datetime | None


def relying_party() -> str | None:
    """The name that passkeys are bound to: the host of the public address. None where browsers would refuse it."""
    host = (urlsplit(settings().public_url).hostname or "").lower()
    try:
        ip_address(host)
    except ValueError:
        return host if settings().https or host == "localhost" else None
    return None


def origin() -> str:
    """The origin that browsers name: scheme, host and a port that is not the usual one."""
    parts = urlsplit(settings().public_url)
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def challenge_for(holder_id: uuid.UUID, purpose: str, account_id: uuid.UUID | None, now: datetime) -> bytes:
    """A new challenge for one purpose of one session or sign-in; the one before it is void."""
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    challenge = secrets.token_bytes(32)
    said = {"account_id": account_id, "challenge": challenge, "expires_at": now + VALID_FOR}
    db.session.execute(
        insert(PasskeyChallenge)
        .values(holder_id=holder_id, purpose=purpose, **said)
        .on_conflict_do_update(index_elements=["holder_id", "purpose"], set_=said)
    )
    return challenge


def _take_challenge(holder_id: uuid.UUID, purpose: str, account_id: uuid.UUID | None, now: datetime) -> bytes | None:
    """The open challenge, removed by the same statement."""
    row = db.session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.holder_id == holder_id, PasskeyChallenge.purpose == purpose)
        .returning(PasskeyChallenge.challenge, PasskeyChallenge.account_id, PasskeyChallenge.expires_at)
        .execution_options(synchronize_session=False)
    ).first()
    return row.challenge if row is not None and row.account_id == account_id and row.expires_at > now else None


def options_to_show(challenge: bytes, account_id: uuid.UUID | None) -> dict[str, Any]:
    """What the browser needs to show a passkey. Without an account (sign-in) it names none: whoever has them is not told."""
    allowed = _credential_ids(account_id) if account_id else []
    options = webauthn.generate_authentication_options(
        rp_id=relying_party() or "",
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made


def options_to_register(challenge: bytes, account: Account) -> dict[str, Any]:
    """What the browser needs to make a passkey for `account`."""
    options = webauthn.generate_registration_options(
        rp_id=relying_party() or "",
        rp_name=NAME,
        user_name=account.email,
        user_id=account.id.bytes,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in _credential_ids(account.id)],
    )
    made: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return made


def _credential_ids(account_id: uuid.UUID) -> Sequence[bytes]:
    return db.session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account_id)).all()


def _readable(answer: str) -> dict[str, Any] | None:
    """The answer as JSON, if it can be an answer at all."""
    if not 0 < len(answer) <= LARGEST:
        return None
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def add_passkey(
    account_id: uuid.UUID, session_id: uuid.UUID, answer: str, name: str, now: datetime
) -> uuid.UUID | None:
    """Keep the passkey that `answer` proves, called `name`; its id, None if it proves none. Uses the challenge up."""
    challenge = _take_challenge(session_id, REGISTER, account_id, now)
    said = _readable(answer)
    if challenge is None or said is None or count_of(account_id) >= MOST:
        return None
    try:
        made = webauthn.verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=relying_party() or "",
            expected_origin=origin(),
            require_user_verification=True,
        )
    except Exception as error:  # the library lets errors of CBOR, X.509 and others through
        log.info("passkey not registered: %s", type(error).__name__)
        return None
    taken = db.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id))
    if taken is not None or len(made.credential_id) > LONGEST_ID:
        return None
    passkey = Passkey(
        id=new_id(),
        account_id=account_id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        created_at=now,
    )
    passkey.name_sealed = vault.seal(passkey_name_field(passkey), name)
    db.session.add(passkey)
    db.session.flush()
    return passkey.id


def is_shown(account_id: uuid.UUID | None, holder_id: uuid.UUID, purpose: str, answer: str, now: datetime) -> bool:
    """Does `answer` show a passkey of `account_id`, for this purpose, now? Uses the challenge up whatever comes.

    A counter that was used before means a copy of the authenticator: it is refused and stands in the trail.
    """
    asked = None if purpose == SIGN_IN else account_id
    challenge, said = _take_challenge(holder_id, purpose, asked, now), _readable(answer)
    if challenge is None or said is None or account_id is None:
        return False
    passkey = _named_in(said, account_id)
    if passkey is None:
        return False
    try:
        verified = webauthn.verify_authentication_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=relying_party() or "",
            expected_origin=origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # the counter is compared below, in the statement that moves it on
            require_user_verification=True,
        )
    except Exception as error:  # see add_passkey
        log.info("passkey not shown: %s", type(error).__name__)
        return False
    if _count_on(passkey.id, verified.new_sign_count, now):
        return True
    db.session.execute(update(Passkey).where(Passkey.id == passkey.id).values(cloned_at=now))
    own_news.tell_owner(account_id, own_news.CLONED, now)
    record(account_id, "passkey.cloned", "passkey", passkey.id, now, counter=verified.new_sign_count)
    return False


def _named_in(said: dict[str, Any], account_id: uuid.UUID) -> Passkey | None:
    """The account's passkey that the answer names."""
    name = said.get("rawId")
    try:
        credential_id = webauthn.base64url_to_bytes(name) if isinstance(name, str) else b""
    except ValueError:
        return None
    return db.session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id, Passkey.account_id == account_id)
    )


def _count_on(passkey_id: uuid.UUID, count: int, now: datetime) -> bool:
    """Move the counter on, in one statement; False unless it grew (or the authenticator never counts)."""
    grew = Passkey.sign_count < count if count else Passkey.sign_count == 0
    done = db.session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, grew)
        .values(sign_count=count, used_at=now)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def count_of(account_id: uuid.UUID) -> int:
    """How many passkeys the account has."""
    return db.session.scalar(select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)) or 0


def passkeys_of(account_id: uuid.UUID) -> list[Shown]:
    """The account's passkeys, oldest first, with the names their owner gave them."""
    rows = db.session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.created_at, Passkey.id)
    )
    return [
        Shown(row.id, vault.unseal(passkey_name_field(row), row.name_sealed) or "", row.created_at, row.used_at)
        for row in rows
    ]


def remove_passkey(account_id: uuid.UUID, passkey_id: uuid.UUID) -> bool:
    """Remove one of the account's passkeys; False if she has none with this id."""
    done = db.session.execute(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.account_id == account_id)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def remove_all(account_id: uuid.UUID) -> None:
    """Remove all passkeys of the account."""
    db.session.execute(delete(Passkey).where(Passkey.account_id == account_id))
