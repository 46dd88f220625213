"""What can be seen in the database: keys, rights, the worker's tick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import text

from tesa.core.db import db
from tesa.core.vault import KeyFileProblem, KeysAway, vault
from tesa.doctor.finding import Finding, found
from tesa.health import TICK_FRESH_FOR, worker_beat

RIGHTS = text(
    "select (select rolsuper from pg_roles where rolname = current_user), "
    "has_table_privilege('audit_entry', 'UPDATE') or has_table_privilege('audit_entry', 'DELETE') "
    "or has_table_privilege('audit_entry', 'TRUNCATE')"
)


def look_at_database(now: datetime) -> Iterator[Finding]:
    """Lines for the keys, the worker and the database's rights. Needs the application; a database that is down is one line."""
    try:
        yield _keys()
        yield _worker(now)
        if db.engine.dialect.name == "postgresql":
            yield from _rights()
    except Exception as error:  # a database that does not answer, or has no tables yet
        name = type(error).__name__
        yield Finding("database", False, f"{name}; jalankan `tesa db upgrade` / run `tesa db upgrade`")
    finally:
        db.session.rollback()


def _keys() -> Finding:
    try:
        vault.check()
    except (KeyFileProblem, KeysAway) as problem:
        return Finding("keys", False, f"{problem} (TESA_KEY_PROVIDER, TESA_KEY_FILE)")
    return Finding("keys", True, "kunci membuka basis data / the keys open the database")


def _worker(now: datetime) -> Finding:
    last = worker_beat()
    return found(
        "worker",
        last is not None and now - last < TICK_FRESH_FOR,
        "berdetak / ticking",
        "tidak berdetak; jalankan `tesa worker` / no tick; run `tesa worker`",
    )


def _rights() -> Iterator[Finding]:
    superuser, rewrites = db.session.execute(RIGHTS).one()
    yield found(
        "database-role",
        not superuser,
        "bukan superuser / no superuser",
        "superuser; pakai peran biasa di TESA_DATABASE_URL / use an ordinary role in TESA_DATABASE_URL",
    )
    yield found(
        "audit-rights",
        not rewrites,
        "jejak hanya dapat ditambah / the trail can only be added to",
        "jejak dapat diubah; REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM peran TeSA / can be changed; REVOKE "
        "UPDATE, DELETE, TRUNCATE ON audit_entry FROM the role of TeSA",
    )
