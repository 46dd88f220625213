"""Intake: contacts, calls, offers, messages, call-back tasks, emergency words.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The list the hotline begins with; administrators edit it afterwards.
EMERGENCY_WORDS = (
    "tolong",
    "darurat",
    "selamatkan saya",
    "bantu saya sekarang",
    "bunuh diri",
    "ingin mati",
    "mau mati",
    "akhiri hidup",
    "dibunuh",
    "mau dibunuh",
    "bunuh saya",
    "dicekik",
    "ditusuk",
    "pisau",
    "senjata",
    "golok",
    "diperkosa",
    "dia memukul saya sekarang",
    "dia di depan pintu",
    "disekap",
    "help me",
    "emergency",
    "kill me",
    "kill myself",
    "suicide",
    "raped",
    "knife",
    "gun",
    "strangled",
    "save me",
    "sos",
)


def upgrade() -> None:
    op.create_table(
        "emergency_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phrase", sa.String(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_word")),
        sa.UniqueConstraint("phrase", name=op.f("uq_emergency_word_phrase")),
    )
    op.create_table(
        "oddity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("form_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oddity")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("risk", sa.String(length=10), nullable=True),
        sa.Column("caller_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("caller_index", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("psychologist_id", sa.Uuid(), nullable=True),
        sa.Column("taken_offer_id", sa.Uuid(), nullable=True),
        sa.Column("wish_woman", sa.Boolean(), nullable=False),
        sa.Column("wants", sa.String(length=10), nullable=True),
        sa.Column("safe_to_call", sa.String(length=8), nullable=False),
        sa.Column("ladder_step", sa.Integer(), nullable=False),
        sa.Column("next_step_at", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("finalized_at", UtcDateTime(), nullable=True),
        sa.Column("emergency_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("services", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_contact_case_id_case_file")),
        sa.ForeignKeyConstraint(["psychologist_id"], ["account.id"], name=op.f("fk_contact_psychologist_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        "ix_contact_caller_open",
        "contact",
        ["caller_index", "channel"],
        unique=False,
        sqlite_where=sa.text("state <> 'finalized'"),
        postgresql_where=sa.text("state <> 'finalized'"),
    )
    op.create_index("ix_contact_case_id", "contact", ["case_id"], unique=False)
    op.create_index(
        "ix_contact_next_step_at",
        "contact",
        ["next_step_at"],
        unique=False,
        sqlite_where=sa.text("next_step_at is not null"),
        postgresql_where=sa.text("next_step_at is not null"),
    )
    op.create_index(
        "ix_contact_open",
        "contact",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("state <> 'finalized'"),
        postgresql_where=sa.text("state <> 'finalized'"),
    )
    op.create_index("ix_contact_opened_at", "contact", ["opened_at"], unique=False)
    op.create_index("ix_contact_psychologist_id", "contact", ["psychologist_id", "opened_at"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("queue_sid", sa.String(length=34), nullable=True),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_call_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_call_call_sid")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_call_contact_id")),
    )
    op.create_table(
        "call_back_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("recording_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recording_seconds", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_call_back_task_contact_id_contact")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_call_back_task_done_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_task")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_call_back_task_contact_id")),
    )
    op.create_index(
        "ix_call_back_task_open",
        "call_back_task",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at is null"),
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_table(
        "contact_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_contact_event_actor_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_event_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_event")),
    )
    op.create_index("ix_contact_event_contact_id", "contact_event", ["contact_id", "at"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.String(length=34), nullable=True),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("extras_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("media_count", sa.Integer(), nullable=False),
        sa.Column("has_place", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("status_rank", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=20), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_message_author_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("sid", name=op.f("uq_message_sid")),
    )
    op.create_index("ix_message_contact_id", "message", ["contact_id", "created_at"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("setting_number", sa.Integer(), nullable=True),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=True),
        sa.Column("leg_status", sa.String(length=12), nullable=False),
        sa.Column("leg_rank", sa.Integer(), nullable=False),
        sa.Column("accepted_by", sa.String(length=8), nullable=True),
        sa.Column("joined_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_offer_account_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_offer_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("token", name=op.f("uq_offer_token")),
    )
    op.create_index("ix_offer_contact_id", "offer", ["contact_id"], unique=False)
    op.create_index(
        "uq_offer_ringing",
        "offer",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("outcome is null and kind = 'call'"),
        postgresql_where=sa.text("outcome is null and kind = 'call'"),
    )
    op.create_index(
        "uq_offer_ringing_setting",
        "offer",
        ["setting_number"],
        unique=True,
        sqlite_where=sa.text("outcome is null and kind = 'call'"),
        postgresql_where=sa.text("outcome is null and kind = 'call'"),
    )
    words = sa.table(
        "emergency_word",
        sa.column("id", sa.Uuid()),
        sa.column("phrase", sa.String()),
        sa.column("active", sa.Boolean()),
    )
    op.bulk_insert(words, [{"id": uuid.uuid4(), "phrase": phrase, "active": True} for phrase in EMERGENCY_WORDS])


def downgrade() -> None:
    op.drop_index(
        "uq_offer_ringing_setting",
        table_name="offer",
        sqlite_where=sa.text("outcome is null and kind = 'call'"),
        postgresql_where=sa.text("outcome is null and kind = 'call'"),
    )
    op.drop_index(
        "uq_offer_ringing",
        table_name="offer",
        sqlite_where=sa.text("outcome is null and kind = 'call'"),
        postgresql_where=sa.text("outcome is null and kind = 'call'"),
    )
    op.drop_index("ix_offer_contact_id", table_name="offer")
    op.drop_table("offer")
    op.drop_index("ix_message_contact_id", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_contact_event_contact_id", table_name="contact_event")
    op.drop_table("contact_event")
    op.drop_index(
        "ix_call_back_task_open",
        table_name="call_back_task",
        sqlite_where=sa.text("done_at is null"),
        postgresql_where=sa.text("done_at is null"),
    )
    op.drop_table("call_back_task")
    op.drop_table("call")
    op.drop_index("ix_contact_psychologist_id", table_name="contact")
    op.drop_index("ix_contact_opened_at", table_name="contact")
    op.drop_index(
        "ix_contact_open",
        table_name="contact",
        sqlite_where=sa.text("state <> 'finalized'"),
        postgresql_where=sa.text("state <> 'finalized'"),
    )
    op.drop_index(
        "ix_contact_next_step_at",
        table_name="contact",
        sqlite_where=sa.text("next_step_at is not null"),
        postgresql_where=sa.text("next_step_at is not null"),
    )
    op.drop_index("ix_contact_case_id", table_name="contact")
    op.drop_index(
        "ix_contact_caller_open",
        table_name="contact",
        sqlite_where=sa.text("state <> 'finalized'"),
        postgresql_where=sa.text("state <> 'finalized'"),
    )
    op.drop_table("contact")
    op.drop_table("oddity")
    op.drop_table("emergency_word")
