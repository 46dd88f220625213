"""Room for the names that key services give their keys: the ARN of a KMS key does not fit into 80 characters.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAMES_OF_KEYS = (("purpose_key", "kek_id"), ("data_key", "wrapped_under"))


def upgrade() -> None:
    _resize(80, 255)


def downgrade() -> None:
    _resize(255, 80)


def _resize(old: int, new: int) -> None:
    for table, column in NAMES_OF_KEYS:
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.String(old), type_=sa.String(new), existing_nullable=False)
