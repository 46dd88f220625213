"""The line proves itself; what stands when we are down.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

RUNNING = sa.text("outcome = 'running'")
STEPS = ("placed_at", "received_at", "queued_at", "rung_at", "accepted_at", "met_at", "ended_at")


def upgrade() -> None:
    op.add_column("contact", sa.Column("test", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "fallback_place",
        sa.Column("place", sa.String(10), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_fallback_place"),
        sa.CheckConstraint("place in ('directory', 'bucket')", name=op.f("ck_fallback_place_place")),
    )
    op.create_table(
        "self_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(10), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in STEPS),
        sa.Column("failed_step", sa.String(10), nullable=True),
        sa.Column("error", sa.String(30), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_self_call"),
        sa.ForeignKeyConstraint(["started_by"], ["account.id"], name="fk_self_call_started_by_account"),
        sa.CheckConstraint("cause in ('daily', 'page', 'command')", name=op.f("ck_self_call_cause")),
        sa.CheckConstraint("outcome in ('running', 'succeeded', 'failed')", name=op.f("ck_self_call_outcome")),
    )
    op.create_index(
        "uq_self_call_running", "self_call", ["outcome"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_index("ix_self_call_started_at", "self_call", ["started_at"])


def downgrade() -> None:
    op.drop_table("self_call")
    op.drop_table("fallback_place")
    op.drop_column("contact", "test")
