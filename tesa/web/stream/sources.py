"""How a process hears of what others have committed, and tells them of its own.

PostgreSQL: one connection of its own to LISTEN and to NOTIFY, outside the transactions that it tells of; see the ADR
for what a NOTIFY inside them would cost. SQLite: a look at the counters of tesa/core/news.py whenever the file has
changed; that includes our own commits, so nothing else is told here.
"""

from __future__ import annotations

import logging
import os
import select
import sqlite3
import threading
import time
from typing import Any, Protocol

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from tesa.core.db import normalised_url
from tesa.web.stream.hub import Hub

log = logging.getLogger(__name__)
CHANNEL = "tesa_news"
LOOK_EVERY = 0.1  # seconds between two looks at SQLite's file
SILENCE = 10.0  # seconds after which the connection is asked whether it is still there
WAITS = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds before we connect again
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "tcp_user_timeout": 10_000}


class Source(Protocol):
    """Where a process's news goes to and comes from."""

    def tell(self, topics: frozenset[str]) -> None:
        """Something of `topics` has been committed here. Neither fails nor waits."""

    def start(self) -> None:
        """Begin to listen."""


class OwnSource:
    """A process by itself (tests, commands): its pages hear of what it does itself."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def tell(self, topics: frozenset[str]) -> None:
        """Straight to the pages."""
        self.hub.publish(topics)

    def start(self) -> None:
        """There is nobody to listen to."""


class SqliteSource:
    """Looks at the file ten times a second while somebody listens."""

    def __init__(self, hub: Hub, path: str) -> None:
        self.hub, self.path = hub, path

    def tell(self, topics: frozenset[str]) -> None:
        """The counters have told it already."""

    def start(self) -> None:
        """Look, in a thread."""
        threading.Thread(target=self._run, name="news", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.hub.someone.wait()
            try:
                self._look()
            except sqlite3.Error:
                log.exception("the counters of news cannot be read")
                self.hub.go_deaf()
                time.sleep(WAITS[-1])
                self.hub.hear()

    def _look(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
        try:
            version, known = None, _counters(connection)
            while self.hub.someone.is_set():
                seen = connection.execute("pragma data_version").fetchone()[0]
                if seen != version:
                    version, now = seen, _counters(connection)
                    changed = frozenset(topic for topic, count in now.items() if known.get(topic) != count)
                    known = now
                    if changed:
                        self.hub.publish(changed)
                time.sleep(LOOK_EVERY)
        finally:
            connection.close()


def _counters(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute("select topic, count from news_counter").fetchall())


class PostgresSource:
    """Listens, and tells what was put before it; connects again by itself when the database has been away."""

    def __init__(self, hub: Hub, url: str) -> None:
        plain = make_url(normalised_url(url)).set(drivername="postgresql").render_as_string(False)
        self.hub, self.url = hub, make_conninfo(plain, **PATIENCE)
        self._untold: set[str] = set()
        self._lock = threading.Lock()
        self._awake, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._awake, False)

    def tell(self, topics: frozenset[str]) -> None:
        """To our own pages now, to the other processes as soon as the connection is free."""
        self.hub.publish(topics)
        with self._lock:
            first = not self._untold
            self._untold |= topics
        if first:
            os.write(self._wake, b"!")

    def start(self) -> None:
        """Listen and tell, in a thread. Until the connection stands no stream is opened."""
        self.hub.go_deaf()
        threading.Thread(target=self._run, name="news", daemon=True).start()

    def _run(self) -> None:
        failures = 0
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    connection.execute(f"listen {CHANNEL}")
                    failures = 0
                    self.hub.hear()
                    self._serve(connection)
            except (psycopg.Error, OSError) as error:
                self.hub.go_deaf()
                log.warning("the news of other processes does not come: %s", type(error).__name__)
            time.sleep(WAITS[min(failures, len(WAITS) - 1)])
            failures += 1

    def _serve(self, connection: psycopg.Connection[Any]) -> None:
        own = connection.info.backend_pid
        poll = select.poll()
        for descriptor in (connection.fileno(), self._awake):
            poll.register(descriptor, select.POLLIN)
        while True:
            ready = poll.poll(SILENCE * 1000)
            self._tell_others(connection)
            if not ready:
                connection.execute("select 1")
            topics = frozenset(n.payload for n in connection.notifies(timeout=0) if n.pid != own)
            if topics:
                self.hub.publish(topics)

    def _tell_others(self, connection: psycopg.Connection[Any]) -> None:
        with self._lock:
            topics, self._untold = sorted(self._untold), set()
            if topics:
                os.read(self._awake, 4096)
        for topic in topics:
            connection.execute("select pg_notify(%s, %s)", (CHANNEL, topic))


def source_for(hub: Hub, url: str) -> Source:
    """The source that fits the database at `url`."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        return SqliteSource(hub, parsed.database or "") if parsed.database else OwnSource(hub)
    return PostgresSource(hub, url)
