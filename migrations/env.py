"""Alembic's environment. The connection is handed in by `tesa.core.upgrade`; there is no alembic.ini to keep in step."""

from __future__ import annotations

from alembic import context

from tesa.core.db import Base

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
