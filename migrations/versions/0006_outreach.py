"""Outreach: dispatches, the offers made for them, and what happened to them.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNDER_WAY = sa.text("state in ('requested', 'acknowledged', 'en_route', 'on_scene')")
ACCEPTED = sa.text("outcome = 'accepted'")
UNANSWERED = sa.text("outcome is null")


def upgrade() -> None:
    _dispatch()
    _dispatch_offer()
    _dispatch_event()


def _dispatch() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("priority", sa.String(2), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("kecamatan", sa.String(8), nullable=True),
        sa.Column("wish_woman", sa.Boolean(), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("known_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("safety_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("clock_since", UtcDateTime(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_step_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_as", sa.String(12), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("en_route_at", UtcDateTime(), nullable=True),
        sa.Column("on_scene_at", UtcDateTime(), nullable=True),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_dispatch_contact_id_contact"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_dispatch_case_id_case_file"),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name="fk_dispatch_requested_by_account"),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["account.id"], name="fk_dispatch_acknowledged_by_account"),
    )
    for column in ("next_step_at", "state", "case_id", "closed_at"):
        op.create_index(f"ix_dispatch_{column}", "dispatch", [column])
    op.create_index(
        "uq_dispatch_contact_under_way",
        "dispatch",
        ["contact_id"],
        unique=True,
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )


def _dispatch_offer() -> None:
    op.create_table(
        "dispatch_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("setting_number", sa.Integer(), nullable=True),
        sa.Column("token", sa.String(43), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("rung_at", UtcDateTime(), nullable=True),
        sa.Column("call_sid", sa.String(34), nullable=True),
        sa.Column("leg_ended_at", UtcDateTime(), nullable=True),
        sa.Column("leg_end", sa.String(12), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(12), nullable=True),
        sa.Column("via", sa.String(8), nullable=True),
        sa.Column("text_sid", sa.String(34), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch_offer"),
        sa.UniqueConstraint("token", name="uq_dispatch_offer_token"),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name="fk_dispatch_offer_dispatch_id_dispatch"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_dispatch_offer_account_id_account"),
    )
    op.create_index("ix_dispatch_offer_dispatch_id", "dispatch_offer", ["dispatch_id", "offered_at"])
    op.create_index("ix_dispatch_offer_account_id", "dispatch_offer", ["account_id", "offered_at"])
    op.create_index(
        "uq_dispatch_offer_accepted",
        "dispatch_offer",
        ["dispatch_id"],
        unique=True,
        sqlite_where=ACCEPTED,
        postgresql_where=ACCEPTED,
    )
    op.create_index(
        "uq_dispatch_offer_unanswered",
        "dispatch_offer",
        ["dispatch_id", "account_id"],
        unique=True,
        sqlite_where=UNANSWERED,
        postgresql_where=UNANSWERED,
    )


def _dispatch_event() -> None:
    op.create_table(
        "dispatch_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("device_at", UtcDateTime(), nullable=True),
        sa.Column("from_state", sa.String(12), nullable=True),
        sa.Column("to_state", sa.String(12), nullable=True),
        sa.Column("detail", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch_event"),
        sa.UniqueConstraint("dispatch_id", "number", name="uq_dispatch_event_dispatch_id_number"),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name="fk_dispatch_event_dispatch_id_dispatch"),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name="fk_dispatch_event_actor_id_account"),
        sa.ForeignKeyConstraint(["offer_id"], ["dispatch_offer.id"], name="fk_dispatch_event_offer_id_dispatch_offer"),
    )


def downgrade() -> None:
    for table in ("dispatch_event", "dispatch_offer", "dispatch"):
        op.drop_table(table)
