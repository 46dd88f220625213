"""What tells open pages that something is new.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "news_counter",
        sa.Column("topic", sa.String(45), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", name="pk_news_counter"),
    )


def downgrade() -> None:
    op.drop_table("news_counter")
