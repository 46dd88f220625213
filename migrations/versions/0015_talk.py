"""Who is in a talk, and in what way.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("first_to_ring_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("contact", "first_to_ring_id")
