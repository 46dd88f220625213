"""Who is in a talk, and in what way; third parties that may be called into one; a line that broke off.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KNOWN = sa.text("call_sid is not null")


def upgrade() -> None:
    op.add_column("contact", sa.Column("first_to_ring_id", sa.Uuid(), nullable=True))
    op.add_column("contact", sa.Column("ladder_from", UtcDateTime(), nullable=True))
    op.add_column("call", sa.Column("room_round", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("call", sa.Column("room_sid", sa.String(34), nullable=True))
    op.add_column("call", sa.Column("line_lost_at", UtcDateTime(), nullable=True))
    _third_party()
    _talk_leg()


def _third_party() -> None:
    op.create_table(
        "third_party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("short_name", sa.String(20), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_third_party"),
    )


def _talk_leg() -> None:
    op.create_table(
        "talk_leg",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("short_name", sa.String(20), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("token", sa.String(43), nullable=False),
        sa.Column("call_sid", sa.String(34), nullable=True),
        sa.Column("device", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("coaching", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("digits", sa.String(20), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=True),
        sa.Column("stepped_out_at", UtcDateTime(), nullable=True),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("left_by", sa.String(12), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_talk_leg"),
        sa.UniqueConstraint("token", name="uq_talk_leg_token"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_talk_leg_contact_id_contact"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_talk_leg_account_id_account"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_talk_leg_offer_id_offer"),
        sa.ForeignKeyConstraint(["party_id"], ["third_party.id"], name="fk_talk_leg_party_id_third_party"),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name="fk_talk_leg_asked_by_account"),
    )
    op.create_index("ix_talk_leg_contact_id", "talk_leg", ["contact_id", "asked_at"])
    op.create_index("ix_talk_leg_offer_id", "talk_leg", ["offer_id"])
    op.create_index("ix_talk_leg_call_sid", "talk_leg", ["call_sid"], sqlite_where=KNOWN, postgresql_where=KNOWN)


def downgrade() -> None:
    op.drop_table("talk_leg")
    op.drop_table("third_party")
    op.drop_column("call", "line_lost_at")
    op.drop_column("call", "room_sid")
    op.drop_column("call", "room_round")
    op.drop_column("contact", "ladder_from")
    op.drop_column("contact", "first_to_ring_id")
