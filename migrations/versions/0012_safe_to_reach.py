"""When she may be reached, that she asked us to stop, and what browsers refused to load.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("safe_contact_plan", sa.Column("safe_from", sa.Integer(), nullable=True))
    op.add_column("safe_contact_plan", sa.Column("safe_until", sa.Integer(), nullable=True))
    op.add_column("contact", sa.Column("stopped_at", UtcDateTime(), nullable=True))
    op.create_table(
        "browser_report",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("directive", sa.String(40), nullable=False),
        sa.Column("blocked", sa.String(20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "directive", "blocked", name="pk_browser_report"),
    )


def downgrade() -> None:
    op.drop_table("browser_report")
    op.drop_column("contact", "stopped_at")
    op.drop_column("safe_contact_plan", "safe_until")
    op.drop_column("safe_contact_plan", "safe_from")
