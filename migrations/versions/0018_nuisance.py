"""Flags on a number, with an end, and contacts that came from a blocked one.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind in ('suggested', 'nuisance', 'abusive', 'blocked')", name="ck_number_flag_kind"),
        sa.CheckConstraint("until > since", name="ck_number_flag_ends"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_number_flag_contact_id_contact"),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="fk_number_flag_set_by_account"),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name="fk_number_flag_lifted_by_account"),
        sa.PrimaryKeyConstraint("id", name="pk_number_flag"),
    )
    in_force = sa.text("lifted_at is null")
    op.create_index(
        "ix_number_flag_number_index", "number_flag", ["number_index"], sqlite_where=in_force, postgresql_where=in_force
    )
    op.create_index("ix_number_flag_until", "number_flag", ["until"])
    op.add_column("contact", sa.Column("from_blocked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("contact", "from_blocked")
    op.drop_table("number_flag")
