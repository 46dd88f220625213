"""Tables of accounts. Names, telephone numbers and second-factor seeds are sealed; staff e-mail is clear."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id


class Account(Model):
    """A member of staff. Never deleted, only made inactive: the audit trail and the rota point here."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name_sealed: Mapped[bytes]
    phone_sealed: Mapped[bytes]
    phone_index: Mapped[int | None] = mapped_column(BigInteger)  # blind index of the E.164 number; never unique
    gender: Mapped[str | None] = mapped_column(String(1))  # P perempuan, L laki-laki
    languages: Mapped[str] = mapped_column(String(100), default="id")  # codes, separated by ";"
    kecamatan: Mapped[str | None] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="id")  # of the pages: id, en
    theme: Mapped[str] = mapped_column(String(6), default="auto")  # auto, light, dark
    softphone: Mapped[bool] = mapped_column(default=False, server_default=false())  # her browser rings too
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None] = mapped_column(String(200))  # argon2id of the peppered password
    totp_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)  # only a greater step is accepted
    secured_at: Mapped[datetime | None]  # last change of password or second factor

    __table_args__ = (Index("ix_account_phone_index", "phone_index"),)


class AccountRole(Model):
    """One role of one account."""

    __tablename__ = "account_role"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)

    __table_args__ = (Index("ix_account_role_role", "role"),)


class StaffSession(Model):
    """A signed-in browser, known by the SHA-256 of its cookie's token."""

    __tablename__ = "staff_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # last act of the person; polling does not count
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(20))
    device: Mapped[str] = mapped_column(String(40))  # "Firefox, Linux": enough to recognise one's own
    stepped_up_at: Mapped[datetime | None]  # when a second factor was last shown in it
    locked_at: Mapped[datetime | None]  # *kunci layar*: nothing is shown until a second factor is
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())  # a device that others use too
    device_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # SHA-256 of the device's cookie

    __table_args__ = (Index("ix_staff_session_account_id", "account_id"),)


class Enrolment(Model):
    """A one-time link. The new second-factor seed waits here until a code has confirmed it."""

    __tablename__ = "enrolment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # used, or replaced by a newer link
    totp_sealed: Mapped[bytes | None]  # only while the link is open

    __table_args__ = (Index("ix_enrolment_account_id", "account_id"),)


class SignInAttempt(Model):
    """A sign-in between password and second factor. Wrong ones have a row too: nothing outside tells them apart."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    proven: Mapped[bool]  # the password was right, and the account may sign in
    password_key: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the delays that count for it
    code_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    shared: Mapped[bool]
    started_at: Mapped[datetime]

    __table_args__ = (Index("ix_sign_in_attempt_started_at", "started_at"),)


class Passkey(Model):
    """A public key of WebAuthn. Its private half never leaves the authenticator of its owner."""

    __tablename__ = "passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes]  # COSE
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 for ever where the authenticator does not count
    name_sealed: Mapped[bytes]  # what its owner calls it
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    cloned_at: Mapped[datetime | None]  # when it last showed a counter that had been used already

    __table_args__ = (Index("ix_passkey_account_id", "account_id"),)


class PasskeyChallenge(Model):
    """The one open challenge of a session or sign-in for one purpose. Taking it removes it."""

    __tablename__ = "passkey_challenge"

    holder_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # a staff_session or a sign_in_attempt
    purpose: Mapped[str] = mapped_column(String(12), primary_key=True)  # sign_in, step_up, unlock, register
    account_id: Mapped[uuid.UUID | None]
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime]

    __table_args__ = (Index("ix_passkey_challenge_expires_at", "expires_at"),)


class RecoveryCode(Model):
    """One of ten codes for the day the phone is lost, by keyed hash."""

    __tablename__ = "recovery_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)


class SignInDelay(Model):
    """How often a sign-in failed lately for one account from one network, and until when the next try waits."""

    __tablename__ = "sign_in_delay"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # keyed hash: what was typed is not kept
    failures: Mapped[int]
    wait_until: Mapped[datetime]
    last_at: Mapped[datetime]

    __table_args__ = (Index("ix_sign_in_delay_last_at", "last_at"),)


class AuditEntry(Model):
    """One link of the audit chain. Insert-only: triggers refuse UPDATE, DELETE, and any seq but the next."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID | None]  # None: TeSA itself, or somebody who has not signed in
    act: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[uuid.UUID | None]
    case_id: Mapped[uuid.UUID | None]
    details: Mapped[str] = mapped_column(Text)  # canonical JSON: ids, codes, hashes
    prev: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    epoch: Mapped[int | None]  # the day, since 1970, whose key signs it; None: from before there were keys for days
    session_id: Mapped[uuid.UUID | None]  # the session of a signed-in actor

    __table_args__ = (
        Index("ix_audit_entry_actor_id_seq", "actor_id", "seq"),
        Index("ix_audit_entry_case_id_seq", "case_id", "seq"),
        Index("ix_audit_entry_epoch_seq", "epoch", "seq"),
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_actor_id_at", "actor_id", "at"),
        Index(
            "ix_audit_entry_session_id_seq",
            "session_id",
            "seq",
            sqlite_where=text("session_id IS NOT NULL"),
            postgresql_where=text("session_id IS NOT NULL"),
        ),
    )


class Notice(Model):
    """Something that one member of staff should know: a kind and an id, never words."""

    __tablename__ = "notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[uuid.UUID | None]
    urgent: Mapped[bool]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_notice_account_id", "account_id", "created_at"),)


class Proposal(Model):
    """An act that one person has proposed and another must approve. The unique index: one open a kind and object."""

    __tablename__ = "proposal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[uuid.UUID]  # what it is about; its own id when it is about nothing in particular
    case_id: Mapped[uuid.UUID | None]
    params: Mapped[str] = mapped_column(Text)  # canonical JSON: ids, codes, numbers
    reason_sealed: Mapped[bytes]  # under the case's key where there is one, so that it goes with the case
    answer_sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(String(12))  # pending, approved, rejected, expired, carried_out
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # of the present state: without an answer, or without its permit being used
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    carried_out_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("answered_by is null or answered_by <> proposed_by", name="two_persons"),
        Index(
            "uq_proposal_open",
            "kind",
            "object_id",
            unique=True,
            sqlite_where=text("state in ('pending', 'approved')"),
            postgresql_where=text("state in ('pending', 'approved')"),
        ),
        Index("ix_proposal_state", "state", "expires_at"),
        Index("ix_proposal_proposed_at", "proposed_at"),
    )
