"""On PostgreSQL the application's role can add to the trail and nothing else (deploy/postgres-roles.sql)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from tesa.accounts.audit import verify
from tesa.accounts.jobs import keep_day_key, keep_head
from tesa.app import create_app
from tesa.cases.actions.read_notes import read_notes
from tesa.cases.actions.write_note import write_note
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.accounts.making import NOW
from tests.accounts.test_audit import write
from tests.cases.making import make_case
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in
from tests.support.settings import close_engines, make_settings, migrate_at

ROLES = Path(__file__).parents[2] / "deploy" / "postgres-roles.sql"
pytestmark = pytest.mark.postgres


@pytest.fixture
def as_app(empty_database_url: str, key_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """TeSA, connected as tesa_app; the tables were made by somebody else, and taken over by tesa_owner."""
    superuser = make_url(empty_database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    migrate_at(empty_database_url, key_file)
    with psycopg.connect(superuser, autocommit=True) as connection:
        for _time in range(2):
            connection.execute(ROLES.read_text(encoding="utf-8"))
    url = make_url(empty_database_url).set(username="tesa_app").render_as_string(hide_password=False)
    app = create_app(make_settings(url, key_file, audit_dir=tmp_path))
    app.test_client_class = OutsideClient
    with app.app_context():
        yield app
    close_engines(app)


def test_tesa_works_with_it(as_app: Flask) -> None:
    assert db.session.scalar(text("SELECT current_user")) == "tesa_app"
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        write_note(case_id, None, "Catatan", owner, NOW)
    with transaction():
        (note,), _more = read_notes(case_id, owner, NOW)
    assert note.text == "Catatan"
    assert signed_in(as_app.test_client(), owner).get(f"/kasus/{case_id}").status_code == 200
    keep_day_key(NOW)
    keep_head(NOW)
    verdict = verify()
    assert (verdict.first_bad, verdict.entries > 3) == (None, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET act = 'other'",
        "UPDATE audit_entry SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE seq = 2",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_change",
        "DROP TRIGGER audit_entry_no_change ON audit_entry",
        "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "ALTER TABLE audit_entry RENAME TO other",
        "ALTER TABLE audit_entry ADD COLUMN more text",
        "DROP TABLE audit_entry",
        "CREATE TABLE other (id int)",
        "SET session_replication_role = replica",
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET act = 'other'",
        "SET ROLE tesa_owner",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
def test_the_database_refuses_it(as_app: Flask, statement: str) -> None:
    write(3)
    with pytest.raises(ProgrammingError) as refused, transaction():
        db.session.execute(text(statement))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    assert (verify().entries, verify().first_bad) == (3, None)


def test_the_owner_can_upgrade(as_app: Flask, empty_database_url: str, key_file: Path) -> None:
    migrate_at(make_url(empty_database_url).set(username="tesa_owner").render_as_string(hide_password=False), key_file)
