"""What a caller hears and in which language.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("language", sa.String(2), nullable=True))


def downgrade() -> None:
    op.drop_column("contact", "language")
