"""The audit chain: a key for each day, the session of whoever acts, entries that come only one after the other.

`epoch` says with which day's key an entry is signed, NULL for the entries from before this revision. The triggers on
INSERT close what those on UPDATE and DELETE leave open: SQLite's INSERT OR REPLACE removes a row without asking them.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SIGNED_IN = sa.text("session_id IS NOT NULL")
SQLITE_GUARD = """
CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry)
BEGIN SELECT RAISE(ABORT, 'the audit trail is insert-only, one after the other'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION audit_entry_next() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry) THEN
    RAISE EXCEPTION 'the audit trail is insert-only, one after the other';
  END IF;
  RETURN NEW;
END $$
"""
POSTGRESQL_GUARD = (
    "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_next()"
)


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("epoch", sa.Integer(), nullable=True))
    op.add_column("audit_entry", sa.Column("session_id", sa.Uuid(), nullable=True))
    op.create_index("ix_audit_entry_epoch_seq", "audit_entry", ["epoch", "seq"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_actor_id_at", "audit_entry", ["actor_id", "at"])
    op.create_index(
        "ix_audit_entry_session_id_seq",
        "audit_entry",
        ["session_id", "seq"],
        sqlite_where=SIGNED_IN,
        postgresql_where=SIGNED_IN,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_GUARD)
    else:
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_GUARD)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_next")
    else:
        op.execute("DROP TRIGGER audit_entry_next ON audit_entry")
        op.execute("DROP FUNCTION audit_entry_next()")
    for column in ("session_id_seq", "actor_id_at", "at", "epoch_seq"):
        op.drop_index(f"ix_audit_entry_{column}", "audit_entry")
    for column in ("session_id", "epoch"):
        op.drop_column("audit_entry", column)
