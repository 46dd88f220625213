"""The only reader of the wall clock. Edges (views, webhooks, jobs, CLI) read it once and hand `now` down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731  (replaced by `use` in stories)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Read the time from `source` (a clock that a story moves), or from the machine again when None."""
    global _source
    _source = source or (lambda: datetime.now(UTC))
