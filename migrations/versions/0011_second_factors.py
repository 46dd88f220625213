"""Passkeys, recovery codes, challenges, sign-ins under way; what a session knows of its device, step-up and lock.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OF_SESSION = ("stepped_up_at", "locked_at", "shared", "device_hash")


def upgrade() -> None:
    with op.batch_alter_table("staff_session") as batch:
        batch.add_column(sa.Column("stepped_up_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("locked_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("device_hash", sa.LargeBinary(32), nullable=True))
    _passkey()
    _recovery_code()
    op.create_table(
        "passkey_challenge",
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("challenge", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("holder_id", "purpose", name="pk_passkey_challenge"),
    )
    op.create_index("ix_passkey_challenge_expires_at", "passkey_challenge", ["expires_at"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("password_key", sa.LargeBinary(32), nullable=False),
        sa.Column("code_key", sa.LargeBinary(32), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempt"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_attempt_token_hash"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sign_in_attempt_account_id_account"),
    )
    op.create_index("ix_sign_in_attempt_started_at", "sign_in_attempt", ["started_at"])


def _passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("cloned_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_passkey_account_id_account"),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("account_id", "code_hash", name="uq_recovery_code_account_id_code_hash"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_recovery_code_account_id_account"),
    )


def downgrade() -> None:
    for table in ("sign_in_attempt", "passkey_challenge", "recovery_code", "passkey"):
        op.drop_table(table)
    with op.batch_alter_table("staff_session") as batch:
        for column in reversed(OF_SESSION):
            batch.drop_column(column)
