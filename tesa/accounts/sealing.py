"""What accounts seal: names, numbers, second-factor seeds, passkey names. The key's owner is the account; class `staff`."""

from __future__ import annotations

import uuid

from tesa.accounts.models import Account, Enrolment, Passkey, Proposal
from tesa.core.vault import BlindIndex, Field, SealedColumn


def name_field(account_id: uuid.UUID) -> Field:
    """Where an account's name is sealed."""
    return Field("account", "name", account_id, owner=account_id, klass="staff")


def phone_field(account_id: uuid.UUID) -> Field:
    """Where an account's telephone number is sealed."""
    return Field("account", "phone", account_id, owner=account_id, klass="staff")


def seed_field(account_id: uuid.UUID) -> Field:
    """Where an account's TOTP seed is sealed."""
    return Field("account", "totp", account_id, owner=account_id, klass="staff")


def waiting_seed_field(enrolment: Enrolment) -> Field:
    """Where the seed is sealed that waits until a code has confirmed it."""
    return Field("enrolment", "totp", enrolment.id, owner=enrolment.account_id, klass="staff")


def passkey_name_field(passkey: Passkey) -> Field:
    """Where it is sealed what a passkey's owner calls it."""
    return Field("passkey", "name", passkey.id, owner=passkey.account_id, klass="staff")


def reason_field(proposal_id: uuid.UUID, case_id: uuid.UUID | None) -> Field:
    """Where the reason of a proposal is sealed: with the notes of the case that it is about, so that both go together."""
    return Field("proposal", "reason", proposal_id, owner=case_id or proposal_id, klass="note")


def answer_field(proposal_id: uuid.UUID, case_id: uuid.UUID | None) -> Field:
    """Where the answer to a proposal is sealed."""
    return Field("proposal", "answer", proposal_id, owner=case_id or proposal_id, klass="note")


SEALED = (
    SealedColumn(Account, "name_sealed", "staff", lambda account: name_field(account.id)),
    SealedColumn(
        Account,
        "phone_sealed",
        "staff",
        lambda account: phone_field(account.id),
        BlindIndex("phone_index", "number", lambda phone: phone),
    ),
    SealedColumn(Account, "totp_sealed", "staff", lambda account: seed_field(account.id)),
    SealedColumn(Enrolment, "totp_sealed", "staff", waiting_seed_field),
    SealedColumn(Passkey, "name_sealed", "staff", passkey_name_field),
    SealedColumn(Proposal, "reason_sealed", "note", lambda row: reason_field(row.id, row.case_id)),
    SealedColumn(Proposal, "answer_sealed", "note", lambda row: answer_field(row.id, row.case_id)),
)
