"""Bring the tables of an application's database to a revision, and make the purpose keys that are missing."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from flask import Flask

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault


def migrations() -> Path:
    """Where the migrations lie: beside the package, in a clone as in an installation."""
    spec = find_spec("migrations")
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        raise FileNotFoundError("migrations")
    return Path(places[0])


def migrate(app: Flask, revision: str = "head") -> None:
    """Move the database up to `revision`, or down to it with "base" or an earlier one. All or nothing."""
    config = Config()
    config.set_main_option("script_location", str(migrations()))
    with app.app_context():
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            config.attributes["connection"] = connection
            run = command.downgrade if revision == "base" else command.upgrade
            run(config, revision)
        db.session.remove()


def upgrade(app: Flask) -> None:
    """Newest tables and complete purpose keys. Running it twice changes nothing."""
    migrate(app)
    with app.app_context():
        with transaction():
            vault.ensure_purpose_keys()
        vault.check()
        db.session.remove()
