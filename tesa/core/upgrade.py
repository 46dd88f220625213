"""Bring the tables of an application's database to a revision, and make the purpose keys that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import Connection, inspect

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.core.vault.evolving import begin_line


def migrations() -> Path:
    """Where the migrations lie: beside the package, in a clone as in an installation."""
    spec = find_spec("migrations")
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        raise FileNotFoundError("migrations")
    return Path(places[0])


ADVISORY_LOCK = 0x7E5A


class DanglingRows(RuntimeError):
    """A migration would leave rows that point at nothing; it was undone."""


@contextmanager
def _alone() -> Iterator[Connection]:
    """A connection in one transaction that no second upgrade enters at the same time.

    SQLite changes a table by making it anew; that must not count as deleting what others point at, so foreign keys
    rest meanwhile and are looked at before the commit.
    """
    with db.engine.connect().execution_options(writes=True) as connection:
        sqlite = connection.dialect.name == "sqlite"
        driver: Any = connection.connection.driver_connection
        if sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise DanglingRows
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def migrate(app: Flask, revision: str = "head") -> None:
    """Move the database up to `revision`, or down to it with "base" or an earlier one. All or nothing."""
    config = Config()
    config.set_main_option("script_location", str(migrations()))
    with app.app_context():
        with _alone() as connection:
            config.attributes["connection"] = connection
            run = command.downgrade if revision == "base" else command.upgrade
            run(config, revision)
        db.session.remove()


def rebuild(
    app: Flask, revision: str, fill: Callable[[Connection], None], finish: Callable[[Connection], None]
) -> None:
    """Take all tables away, make them anew as they were at `revision`, let `fill` put rows in, bring them to the newest
    revision, and let `finish` have the last word. All of it or nothing: whoever dies half way leaves the database as it was.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations()))
    with _alone() as connection:
        config.attributes["connection"] = connection
        if inspect(connection).has_table("alembic_version"):
            command.downgrade(config, "base")
        command.upgrade(config, revision)
        fill(connection)
        command.upgrade(config, "head")
        finish(connection)
    db.session.remove()


def upgrade(app: Flask) -> None:
    """Newest tables and complete purpose keys. Running it twice changes nothing."""
    migrate(app)
    with app.app_context():
        with transaction():
            vault.ensure_purpose_keys()
            begin_line("audit-day", root="audit")  # the audit trail's keys of the days, see tesa/accounts/audit/keys.py
        vault.check()
        db.session.remove()
