"""`transaction()`: the one place that commits. It stands only in views, webhooks, jobs and the CLI.

    with transaction():
        close_case(...)

Acts inside add and flush. Any exception rolls everything back. What has to happen after the commit (trying the
outbox at once) is said with `after_commit(fn)`; it runs when the session has been given back, so that no
connection is held while the network is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import g

from tesa.core.db import db


class NestedTransaction(RuntimeError):
    """`transaction()` was entered inside another one; edges do not call edges."""


@contextmanager
def transaction() -> Iterator[None]:
    """A write transaction: commits at the end, rolls back on any exception, then runs what `after_commit` was given."""
    if "_after_commit" in g:
        raise NestedTransaction("transaction() inside transaction()")
    g._after_commit = []
    session = db.session
    try:
        session.rollback()  # end the read transaction that loading the signed-in person may have begun
        session.connection(execution_options={"writes": True})
        yield
        session.commit()
    except BaseException:
        session.rollback()
        g.pop("_after_commit")
        raise
    waiting: list[Callable[[], None]] = g.pop("_after_commit")
    for fn in waiting:
        fn()


def after_commit(fn: Callable[[], None]) -> None:
    """Run `fn` after the present transaction has committed; never if it rolls back."""
    if "_after_commit" not in g:
        raise RuntimeError("after_commit() outside transaction()")
    g._after_commit.append(fn)


def in_transaction() -> bool:
    """Is this inside `transaction()`?"""
    return "_after_commit" in g
