"""Duty states, and who is never offered whom.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at is null")


def upgrade() -> None:
    op.add_column("duty_presence", sa.Column("reachable_at", UtcDateTime(), nullable=True))
    op.add_column("duty_presence", sa.Column("extended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contact", sa.Column("severity", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("contact", sa.Column("woman_until", UtcDateTime(), nullable=True))
    _orders()
    _exclusion("case_exclusion", "person_id", "person")
    _exclusion("contact_exclusion", "contact_id", "contact")


def _orders() -> None:
    op.create_table(
        "duty_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_duty_order"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_duty_order_account_id_account"),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name="fk_duty_order_given_by_account"),
    )
    op.create_index(
        "uq_duty_order_open", "duty_order", ["account_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _exclusion(table: str, of: str, belongs_to: str) -> None:
    op.create_table(
        table,
        sa.Column(of, sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(of, "account_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint([of], [f"{belongs_to}.id"], name=f"fk_{table}_{of}_{belongs_to}"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id_account"),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=f"fk_{table}_set_by_account"),
    )
    op.create_index(f"ix_{table}_account_id", table, ["account_id"])


def downgrade() -> None:
    op.drop_table("contact_exclusion")
    op.drop_table("case_exclusion")
    op.drop_table("duty_order")
    op.drop_column("contact", "woman_until")
    op.drop_column("contact", "severity")
    op.drop_column("duty_presence", "extended")
    op.drop_column("duty_presence", "reachable_at")
