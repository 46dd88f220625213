"""News: that something of a topic has changed, told to the open pages after the commit.

Nobody has to think of it: each statement of a `transaction()` that changes a row of a table with a topic tells it.
A piece of news is a topic and nothing else; what is new stands in the database and is asked for there. What is rolled
back is never told. Whoever is concerned herself is told first: where many pages are open, the others take their time.

SQLite has no messages between processes. There a counter for each topic is part of the transaction, so that the web
process sees what the worker has written by looking at it; see tesa/web/stream/sources.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, has_app_context
from sqlalchemy import BigInteger, Engine, String, event, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, db
from tesa.core.transactions import after_commit, before_commit, in_transaction

TopicOf = Callable[[str], str | None]
PERSON = "person:"
Publish = Callable[[frozenset[str]], None]
COUNT = text(
    "insert into news_counter (topic, count) values (:topic, 1) on conflict (topic) do update set count = count + 1"
)


class NewsCounter(Model):
    """How often something of a topic has changed. Used on SQLite alone."""

    __tablename__ = "news_counter"

    topic: Mapped[str] = mapped_column(String(45), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


def init_news(app: Flask, topic_of: TopicOf, publish: Publish) -> None:
    """Let `app` give the topics of each transaction to `publish` once it has committed.

    `topic_of(table)` names a table's topic, None for tables that no page shows. `publish` neither fails nor waits.
    """
    app.extensions["tesa_publish_news"] = publish
    with app.app_context():
        _listen(db.engine, topic_of)


def tell(topic: str) -> None:
    """Something of `topic` has changed in the present transaction."""
    if "news" not in g:
        g.news = set()
    if not g.news:
        if db.engine.dialect.name == "sqlite":
            before_commit(_count)
        after_commit(_publish)
    g.news.add(topic)


def topic_of_person(account_id: uuid.UUID) -> str:
    """The topic that one member of staff hears alone, and at once."""
    return PERSON + account_id.hex


def tell_person(account_id: uuid.UUID | None) -> None:
    """Something that concerns her herself has changed in the present transaction: her conversation, an offer to her."""
    if account_id is not None:
        tell(topic_of_person(account_id))


def _listen(engine: Engine, topic_of: TopicOf) -> None:
    tells_rows = engine.dialect.name != "sqlite"  # SQLite does not know how many rows a RETURNING concerns

    @event.listens_for(engine, "after_cursor_execute")
    def look(_connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if not (context.isinsert or context.isupdate or context.isdelete) or context.compiled is None:
            return
        if cursor.rowcount == 0 and (tells_rows or not context.compiled.effective_returning):
            return
        topic = topic_of(context.compiled.statement.table.name)
        if topic is not None and has_app_context() and in_transaction():
            tell(topic)

    @event.listens_for(engine, "rollback")
    def forget(_connection: Any) -> None:
        if has_app_context() and "news" in g:
            g.news.clear()


def _count() -> None:
    for topic in sorted(g.news):
        db.session.execute(COUNT, {"topic": topic})


def _publish() -> None:
    topics, publish = frozenset(g.news), current_app.extensions["tesa_publish_news"]
    g.news.clear()
    if topics:
        publish(topics)
