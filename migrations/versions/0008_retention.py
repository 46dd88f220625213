"""Retention: how long each class is kept, cases on hold, what was destroyed, and restorations from a backup.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

IN_FORCE = sa.text("lifted_at is null")


def upgrade() -> None:
    op.create_table(
        "tombstone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("klass", sa.String(10), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("shredded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstone"),
    )
    op.create_index("ix_tombstone_owner", "tombstone", ["owner", "klass", "shredded_at"])
    op.create_table(
        "retention_rule",
        sa.Column("thing", sa.String(12), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("thing", name="pk_retention_rule"),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name="fk_retention_rule_changed_by_account"),
        sa.CheckConstraint("days > 0", name="ck_retention_rule_days"),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_legal_hold_case_id_case_file"),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="fk_legal_hold_set_by_account"),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name="fk_legal_hold_lifted_by_account"),
    )
    op.create_index(
        "uq_legal_hold_case_in_force",
        "legal_hold",
        ["case_id"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "restoration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("backup_made_at", UtcDateTime(), nullable=False),
        sa.Column("backup_seq", sa.BigInteger(), nullable=False),
        sa.Column("backup_mac", sa.String(64), nullable=False),
        sa.Column("replaced_seq", sa.BigInteger(), nullable=False),
        sa.Column("replaced_mac", sa.String(64), nullable=False),
        sa.Column("without_tombstones", sa.String(200), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_restoration"),
    )


def downgrade() -> None:
    for table in ("restoration", "legal_hold", "retention_rule", "tombstone"):
        op.drop_table(table)
