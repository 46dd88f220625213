"""Databases for tests: SQLite unless TESA_TEST_DATABASE_URL names a PostgreSQL cluster (see scripts/with-postgres).

A database is migrated once per process. On SQLite each test then gets its own copy of that file. On PostgreSQL, where
copying a database costs some 100 ms, the rows that a test left are removed (1 ms) and the first rows put back.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

Migrate = Callable[[str], None]


class Databases(Protocol):
    """Gives databases to tests, by SQLAlchemy URL."""

    def fresh(self) -> str:
        """A migrated database that holds nothing but purpose keys."""
        ...

    def empty(self) -> str:
        """A database without any table."""
        ...

    def close(self) -> None:
        """Remove all of them."""
        ...


def databases(migrate: Migrate) -> Databases:
    """The databases of this run; `migrate` brings the database at a URL to the newest revision."""
    url = os.environ.get("TESA_TEST_DATABASE_URL")
    return PostgresDatabases(url, migrate) if url else SqliteDatabases(migrate)


class SqliteDatabases:
    """One file for each test, in memory where the machine has a place for that."""

    def __init__(self, migrate: Migrate) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="tesa-tests-", dir=memory if memory.is_dir() else None))
        self.numbers = itertools.count()
        self.template = self.folder / "template.db"
        try:
            migrate(f"sqlite:///{self.template}")
        except BaseException:
            self.close()
            raise

    def fresh(self) -> str:
        """See Databases."""
        url = self.empty()
        shutil.copyfile(self.template, url.removeprefix("sqlite:///"))
        return url

    def empty(self) -> str:
        """See Databases. The files of the test before are removed: one test runs at a time in a process."""
        for old in self.folder.glob("test-*"):
            old.unlink()
        return f"sqlite:///{self.folder / f'test-{next(self.numbers)}.db'}"

    def close(self) -> None:
        """See Databases."""
        shutil.rmtree(self.folder)


class PostgresDatabases:
    """One database for this process, wiped before each test; empty ones as they are asked for."""

    def __init__(self, cluster: str, migrate: Migrate) -> None:
        self.cluster = make_url(cluster)
        self.made: list[str] = []
        self.url = self.empty()
        migrate(self.url)
        self.connection = psycopg.connect(_libpq(self.url), autocommit=True)
        self.wipe = self._wiping()

    def _wiping(self) -> sql.Composed:
        """One round trip that removes all rows and puts back those that the migrations and `upgrade` made."""
        rows = self.connection.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        tables = [sql.Identifier("public", name) for (name,) in rows]
        self.connection.execute("create schema first_rows")
        # Replica: no triggers, so neither foreign keys nor the guard of the audit trail stand in the way.
        steps: list[sql.Composable] = [sql.SQL("set lock_timeout = '5s'; set session_replication_role = replica")]
        steps += [sql.SQL("delete from {}").format(table) for table in tables]
        for table in tables:
            kept = sql.Identifier("first_rows", table._obj[1])
            self.connection.execute(sql.SQL("create table {} as table {}").format(kept, table))
            if self.connection.execute(sql.SQL("select 1 from {} limit 1").format(kept)).fetchone():
                steps.append(sql.SQL("insert into {} table {}").format(table, kept))
        return sql.SQL("; ").join(steps)

    def fresh(self) -> str:
        """See Databases."""
        self.connection.execute(self.wipe)
        return self.url

    def empty(self) -> str:
        """See Databases."""
        name = f"tesa_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(_libpq(str_of(self.cluster)), autocommit=True) as admin:
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        self.made.append(name)
        return str_of(self.cluster.set(database=name))

    def close(self) -> None:
        """See Databases."""
        self.connection.close()
        with psycopg.connect(_libpq(str_of(self.cluster)), autocommit=True) as admin:
            for name in self.made:
                admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def str_of(url: object) -> str:
    """A SQLAlchemy URL as text, its password included."""
    return make_url(url).render_as_string(hide_password=False)  # type: ignore[arg-type]


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
