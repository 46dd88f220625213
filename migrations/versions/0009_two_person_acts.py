"""Notices to staff, acts that need a second person, and cases opened by breaking the glass.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("state in ('pending', 'approved')")
UNREVIEWED = sa.text("reviewed_at is null")


def upgrade() -> None:
    _notice()
    _proposal()
    _break_glass()


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_notice_account_id_account"),
    )
    op.create_index("ix_notice_account_id", "notice", ["account_id", "created_at"])


def _proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("carried_out_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name="fk_proposal_proposed_by_account"),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name="fk_proposal_answered_by_account"),
        sa.CheckConstraint("answered_by is null or answered_by <> proposed_by", name="ck_proposal_two_persons"),
    )
    op.create_index(
        "uq_proposal_open",
        "proposal",
        ["kind", "object_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_proposal_state", "proposal", ["state", "expires_at"])
    op.create_index("ix_proposal_proposed_at", "proposal", ["proposed_at"])


def _break_glass() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("alarm_at", UtcDateTime(), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("verdict", sa.String(12), nullable=True),
        sa.Column("remark_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_break_glass"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_break_glass_case_id_case_file"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_break_glass_account_id_account"),
        sa.ForeignKeyConstraint(["reviewed_by"], ["account.id"], name="fk_break_glass_reviewed_by_account"),
        sa.UniqueConstraint("account_id", "day", "nth", name="uq_break_glass_account_id_day_nth"),
        sa.CheckConstraint("nth between 1 and 3", name="ck_break_glass_nth"),
        sa.CheckConstraint("reviewed_by is null or reviewed_by <> account_id", name="ck_break_glass_two_persons"),
    )
    op.create_index("ix_break_glass_case_id", "break_glass", ["case_id", "account_id", "until"])
    op.create_index(
        "ix_break_glass_alarm_at", "break_glass", ["alarm_at"], sqlite_where=UNREVIEWED, postgresql_where=UNREVIEWED
    )


def downgrade() -> None:
    for table in ("break_glass", "proposal", "notice"):
        op.drop_table(table)
