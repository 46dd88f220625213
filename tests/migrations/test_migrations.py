"""The migrations make the tables that the models describe, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

import tesa.app  # noqa: F401  (the composition root imports every slice, and so every table)
from tesa.core.db import Base, db
from tesa.core.upgrade import migrate, migrations, upgrade
from tests.support.settings import bare_app, close_engines, make_settings


@pytest.fixture
def empty_app(empty_database_url: str, key_file: Path) -> Iterator[Flask]:
    app = bare_app(make_settings(empty_database_url, key_file))
    yield app
    close_engines(app)


def tables(app: Flask) -> set[str]:
    with app.app_context():
        found = set(inspect(db.engine).get_table_names())
        db.session.remove()
    return found


def differences(app: Flask) -> list[object]:
    """What Alembic would have to do to make the database equal to the models."""
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_upgrade_makes_the_tables_of_the_models(empty_app: Flask) -> None:
    upgrade(empty_app)
    assert differences(empty_app) == []


def test_downgrade_leaves_nothing_and_upgrade_makes_it_anew(empty_app: Flask) -> None:
    upgrade(empty_app)
    there = tables(empty_app)
    migrate(empty_app, "base")
    assert tables(empty_app) == {"alembic_version"}
    upgrade(empty_app)
    assert tables(empty_app) == there
    assert differences(empty_app) == []


def test_upgrade_twice_changes_nothing(empty_app: Flask) -> None:
    upgrade(empty_app)
    upgrade(empty_app)
    assert differences(empty_app) == []


def test_revisions_are_one_line_and_named_by_number() -> None:
    script = ScriptDirectory(str(migrations()))
    line = [revision.revision for revision in script.walk_revisions()][::-1]
    assert line == [f"{number:04d}" for number in range(1, len(line) + 1)]
    for revision in script.walk_revisions():
        assert Path(revision.path).name.startswith(f"{revision.revision}_")
