"""What a caller hears and in which language: recorded sentences, her language, and that she cannot speak.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("language", sa.String(2), nullable=True))
    op.add_column("contact", sa.Column("silent_at", UtcDateTime(), nullable=True))
    op.create_index("ix_contact_caller_index", "contact", ["caller_index", "opened_at"])
    op.add_column("call", sa.Column("rounds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("person", sa.Column("language", sa.String(2), nullable=True))
    op.create_table(
        "recorded_prompt",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name="fk_recorded_prompt_uploaded_by_account"),
        sa.PrimaryKeyConstraint("key", "language", name="pk_recorded_prompt"),
    )


def downgrade() -> None:
    op.drop_table("recorded_prompt")
    op.drop_column("person", "language")
    op.drop_column("call", "rounds")
    op.drop_index("ix_contact_caller_index", "contact")
    op.drop_column("contact", "silent_at")
    op.drop_column("contact", "language")
