"""The rota: assignments, presence, talk and missed offers. Double duty is impossible in the database.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tesa.core.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# An exclusion constraint holds under any concurrency. It compares ids as ranges of one, because ranges have a GiST
# operator class of their own: `account_id WITH =` would need the extension btree_gist, and somebody to install it.
EXCLUDE = """
ALTER TABLE assignment ADD CONSTRAINT ex_assignment_double_duty EXCLUDE USING gist (
    uuid_range(account_id, account_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
) WHERE (status <> 'cancelled')
"""
LENGTH_ON_POSTGRESQL = "ends_at - starts_at <= interval '48 hours'"
# SQLite has one writer at a time, so a trigger that looks at the table sees all there is.
TRIGGER = """
CREATE TRIGGER ex_assignment_double_duty_{event} BEFORE {event} ON assignment
WHEN NEW.status <> 'cancelled' AND EXISTS (
    SELECT 1 FROM assignment other
    WHERE other.account_id = NEW.account_id AND other.id <> NEW.id AND other.status <> 'cancelled'
    AND other.starts_at > strftime('%Y-%m-%d %H:%M:%S', NEW.starts_at, '-48 hours', '-1 second')
    AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'ex_assignment_double_duty'); END
"""
LENGTH_ON_SQLITE = "cast(strftime('%s', ends_at) as integer) - cast(strftime('%s', starts_at) as integer) <= 48 * 3600"


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.String(length=10), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("line in ('hotline', 'outreach')", name=op.f("ck_assignment_line")),
        sa.CheckConstraint("status in ('planned', 'cancelled')", name=op.f("ck_assignment_status")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_assignment_order")),
        sa.CheckConstraint("tier in (1, 2, 3)", name=op.f("ck_assignment_tier")),
        sa.CheckConstraint(LENGTH_ON_POSTGRESQL if postgresql else LENGTH_ON_SQLITE, name=op.f("ck_assignment_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assignment_account_id_account")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_assignment_created_by_account")),
        sa.ForeignKeyConstraint(["replaces_id"], ["assignment.id"], name=op.f("fk_assignment_replaces_id_assignment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_account_id_starts_at", "assignment", ["account_id", "starts_at"], unique=False)
    op.create_index("ix_assignment_starts_at_ends_at", "assignment", ["starts_at", "ends_at"], unique=False)
    op.create_table(
        "duty_miss",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_miss_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_miss")),
    )
    op.create_index("ix_duty_miss_account_id_at", "duty_miss", ["account_id", "at"], unique=False)
    op.create_table(
        "duty_presence",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("talked_until", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('free', 'ringing', 'talking', 'wrapup', 'paused', 'off')", name=op.f("ck_duty_presence_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_presence_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_duty_presence")),
    )
    op.create_table(
        "duty_talk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_talk_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_talk")),
    )
    op.create_index("ix_duty_talk_account_id_started_at", "duty_talk", ["account_id", "started_at"], unique=False)
    if postgresql:
        op.execute("CREATE TYPE uuid_range AS RANGE (subtype = uuid)")
        op.execute(EXCLUDE)
        return
    for event in ("INSERT", "UPDATE"):
        op.execute(TRIGGER.format(event=event))


def downgrade() -> None:
    op.drop_index("ix_duty_talk_account_id_started_at", table_name="duty_talk")
    op.drop_table("duty_talk")
    op.drop_table("duty_presence")
    op.drop_index("ix_duty_miss_account_id_at", table_name="duty_miss")
    op.drop_table("duty_miss")
    op.drop_index("ix_assignment_starts_at_ends_at", table_name="assignment")
    op.drop_index("ix_assignment_account_id_starts_at", table_name="assignment")
    op.drop_table("assignment")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TYPE uuid_range")
