"""The telephone in the browser: who uses one, whose page is there, and the lines on which an offer rings.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("softphone", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "browser_phone",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_browser_phone"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_browser_phone_account_id_account"),
    )
    op.create_table(
        "offer_leg",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(8), nullable=False),
        sa.Column("token", sa.String(43), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=True),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_offer_leg"),
        sa.UniqueConstraint("token", name="uq_offer_leg_token"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_offer_leg_offer_id_offer"),
    )
    op.create_index("ix_offer_leg_offer_id", "offer_leg", ["offer_id"])
    # Telephones that ring, or talk, while TeSA is being upgraded go on as the one line of their offer.
    op.execute(
        "insert into offer_leg (id, offer_id, device, token, call_sid, status, rank) "
        "select id, id, 'phone', token, call_sid, leg_status, leg_rank from offer "
        "where kind in ('call', 'transfer', 'join', 'listen') and leg_rank < 9 and (outcome is null or outcome = 'accepted')"
    )


def downgrade() -> None:
    op.drop_index("ix_offer_leg_offer_id", "offer_leg")
    op.drop_table("offer_leg")
    op.drop_table("browser_phone")
    op.drop_column("account", "softphone")
