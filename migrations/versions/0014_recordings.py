"""What was recorded, sealed; promises with a ladder.

References to voicemail that was left at Twilio are not taken over: it was never fetched, and its messages can be heard
there.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
TRIED = sa.text("next_try_at is not null")
STEPS = sa.text("next_step_at is not null")


def upgrade() -> None:
    _files()
    op.create_table(
        "recording_switch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("turned_on", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recording_switch"),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name="fk_recording_switch_proposed_by_account"),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name="fk_recording_switch_approved_by_account"),
    )
    op.create_index("ix_recording_switch_at", "recording_switch", ["at"])
    op.add_column("contact", sa.Column("recording_consent", sa.String(10), nullable=True))
    op.add_column("contact", sa.Column("recording_consent_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("call") as call:
        call.add_column(sa.Column("own_sid", sa.String(34), nullable=True))
        call.create_unique_constraint("uq_call_own_sid", ["own_sid"])
    op.drop_column("call_back_task", "recording_sealed")
    op.drop_column("call_back_task", "recording_seconds")
    op.add_column("call_back_task", sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("call_back_task", sa.Column("ladder_from", UtcDateTime(), nullable=True))
    op.add_column("call_back_task", sa.Column("next_step_at", UtcDateTime(), nullable=True))
    op.add_column("call_back_task", sa.Column("assigned_id", sa.Uuid(), nullable=True))
    op.add_column("call_back_task", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("call_back_task", sa.Column("last_try_at", UtcDateTime(), nullable=True))
    op.add_column("call_back_task", sa.Column("again_id", sa.Uuid(), nullable=True))
    op.execute("update call_back_task set next_step_at = due_at where done_at is null")
    op.create_index(
        "ix_call_back_task_next_step_at",
        "call_back_task",
        ["next_step_at"],
        sqlite_where=STEPS,
        postgresql_where=STEPS,
    )


def _files() -> None:
    op.create_table(
        "sealed_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("provider_sid", sa.String(34), nullable=True),
        sa.Column("reference_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.String(60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(20), nullable=True),
        sa.Column("kept_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_there_at", UtcDateTime(), nullable=True),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.Column("heard_by", sa.Uuid(), nullable=True),
        sa.Column("destroyed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_file"),
        sa.UniqueConstraint("provider_sid", name="uq_sealed_file_provider_sid"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_sealed_file_contact_id_contact"),
        sa.ForeignKeyConstraint(["heard_by"], ["account.id"], name="fk_sealed_file_heard_by_account"),
    )
    op.create_index("ix_sealed_file_contact_id", "sealed_file", ["contact_id", "created_at"])
    op.create_index(
        "ix_sealed_file_next_try_at", "sealed_file", ["next_try_at"], sqlite_where=TRIED, postgresql_where=TRIED
    )
    op.create_table(
        "sealed_chunk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_chunk"),
        sa.ForeignKeyConstraint(["file_id"], ["sealed_file.id"], name="fk_sealed_chunk_file_id_sealed_file"),
    )
    op.create_index("uq_sealed_chunk_place", "sealed_chunk", ["file_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_call_back_task_next_step_at", "call_back_task")
    for column in ("again_id", "last_try_at", "tries", "assigned_id", "next_step_at", "ladder_from", "step"):
        op.drop_column("call_back_task", column)
    op.add_column("call_back_task", sa.Column("recording_seconds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("call_back_task", sa.Column("recording_sealed", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("call") as call:
        call.drop_constraint("uq_call_own_sid", type_="unique")
        call.drop_column("own_sid")
    op.drop_column("contact", "recording_consent_at")
    op.drop_column("contact", "recording_consent")
    op.drop_table("recording_switch")
    op.drop_table("sealed_chunk")
    op.drop_table("sealed_file")
