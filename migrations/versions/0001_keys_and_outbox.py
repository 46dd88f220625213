"""Keys, outbox and heartbeats: the ground everything else stands on.

Revision ID: 0001
Revises: (none)
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purpose_key",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kek_id", sa.String(80), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "data_key",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("klass", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrap_kind", sa.String(8), nullable=False),
        sa.Column("wrapped_under", sa.String(80), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("shredded_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_data_key_owner", "data_key", ["owner", "klass", "version"])
    op.create_table(
        "outbox_item",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("ref", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("provider_sid", sa.String(34), nullable=True),
        sa.Column("error_code", sa.String(20), nullable=True),
    )
    is_open = sa.text("state in ('due', 'sending')")
    op.create_index("ix_outbox_item_open", "outbox_item", ["due_at"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_outbox_item_ref", "outbox_item", ["ref"])
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_index("ix_outbox_item_ref", "outbox_item")
    op.drop_index("ix_outbox_item_open", "outbox_item")
    op.drop_table("outbox_item")
    op.drop_index("ix_data_key_owner", "data_key")
    op.drop_table("data_key")
    op.drop_table("purpose_key")
