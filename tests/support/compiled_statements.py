"""Compiled SQL, kept for the whole run: each test's engine would compile the same statements again, a fifth of the suite.

SQLAlchemy keeps them by statement and dialect, a dialect being one object. So the engines of one kind of database share
the dialect of the first and its cache; connections, events and transactions stay each engine's own.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from tesa.core.db import db

_first: dict[str, Engine] = {}


def share_compiled() -> None:
    """Let the engines of the current application use what the engines before have compiled."""
    for engine in db.engines.values():
        first = _first.setdefault(engine.dialect.name, engine)
        if first is engine:
            engine._compiled_cache = LRUCache(5000)
            engine.connect().close()  # the dialect learns of its server
        engine.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
