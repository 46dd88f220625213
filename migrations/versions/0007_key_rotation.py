"""Rotations of keys, and how far they have come. Room for the names that key services give their keys: the ARN of a
KMS key does not fit into 80 characters. A quick look for contacts whose index is still to be made.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("finished_at is null")
LATER = sa.text("caller_index = 0")
NAMES_OF_KEYS = (("purpose_key", "kek_id"), ("data_key", "wrapped_under"))


def upgrade() -> None:
    _resize(80, 255)
    op.add_column("data_key", sa.Column("renewed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "key_rotation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("target", sa.String(255), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("unit", sa.String(80), nullable=True),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("turned", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("pass_began_at", UtcDateTime(), nullable=True),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_key_rotation"),
    )
    op.create_index(
        "uq_key_rotation_open",
        "key_rotation",
        ["kind"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_contact_later", "contact", ["opened_at"], sqlite_where=LATER, postgresql_where=LATER)


def downgrade() -> None:
    op.drop_index("ix_contact_later", "contact")
    op.drop_table("key_rotation")
    with op.batch_alter_table("data_key") as batch:
        batch.drop_column("renewed_at")
    _resize(255, 80)


def _resize(old: int, new: int) -> None:
    for table, column in NAMES_OF_KEYS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.String(old), type_=sa.String(new), existing_nullable=False)
