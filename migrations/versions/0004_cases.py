"""Cases: persons and their numbers, safe-contact plans, cases, sealed notes and drafts.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOT_CLOSED = sa.text("status <> 'closed'")


def upgrade() -> None:
    _people()
    _cases()
    _notes()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("alias_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("gender", sa.String(1), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "person_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person_number"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_number_person_id_person"),
    )
    op.create_index("ix_person_number_number_index", "person_number", ["number_index"])
    op.create_index("ix_person_number_person_id", "person_number", ["person_id"])
    op.create_table(
        "safe_contact_plan",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("safe_to_call", sa.String(8), nullable=False),
        sa.Column("safe_to_message", sa.String(8), nullable=False),
        sa.Column("hours_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_word_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_safe_contact_plan"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_safe_contact_plan_person_id_person"),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name="fk_safe_contact_plan_asked_by_account"),
    )


def _cases() -> None:
    op.create_table(
        "case_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_case_counter"),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("risk", sa.String(10), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closure_reason", sa.String(20), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("last_event_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("number", name="uq_case_file_number"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_file_person_id_person"),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name="fk_case_file_owner_id_account"),
    )
    op.create_index("ix_case_file_owner_id", "case_file", ["owner_id", "last_event_at"])
    op.create_index("ix_case_file_last_event_at", "case_file", ["last_event_at"])
    op.create_index("ix_case_file_person_id", "case_file", ["person_id"])
    op.create_index(
        "uq_case_file_person_under_way",
        "case_file",
        ["person_id"],
        unique=True,
        sqlite_where=NOT_CLOSED,
        postgresql_where=NOT_CLOSED,
    )
    op.create_table(
        "case_access",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "account_id", name="pk_case_access"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_access_case_id_case_file"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_case_access_account_id_account"),
    )
    op.create_index("ix_case_access_account_id", "case_access", ["account_id", "until"])
    op.create_table(
        "case_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("ref", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_event"),
        sa.UniqueConstraint("case_id", "number", name="uq_case_event_case_id_number"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_event_case_id_case_file"),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name="fk_case_event_actor_id_account"),
    )


def _notes() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_note_case_id_case_file"),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_note_author_id_account"),
    )
    op.create_index("ix_note_case_id", "note", ["case_id", "created_at"])
    op.create_table(
        "note_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note_text"),
        sa.UniqueConstraint("note_id", "revision", name="uq_note_text_note_id_revision"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_note_text_note_id_note"),
    )
    op.create_table(
        "note_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("other_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("writer", sa.Uuid(), nullable=True),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_note_draft"),
        sa.UniqueConstraint("account_id", "subject_id", name="uq_note_draft_account_id_subject_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_note_draft_account_id_account"),
    )


def downgrade() -> None:
    for table in (
        "note_draft", "note_text", "note", "case_event", "case_access", "case_file", "case_counter",
        "safe_contact_plan", "person_number", "person",
    ):  # fmt: skip
        op.drop_table(table)
