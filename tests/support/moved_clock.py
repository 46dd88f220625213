"""A clock that stands still until the test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # Tuesday, 10.00 in Bekasi


class MovedClock:
    """Give it to `tesa.core.clock.use`; it tells the time it was last moved to."""

    def __init__(self, beginning: datetime = BEGINNING) -> None:
        self.instant = beginning

    def __call__(self) -> datetime:
        return self.instant

    def now(self) -> datetime:
        """The instant it shows."""
        return self.instant

    def advance(self, seconds: float) -> datetime:
        """Move it on by `seconds`; the new instant."""
        self.instant += timedelta(seconds=seconds)
        return self.instant

    def set(self, instant: datetime) -> None:
        """Move it to `instant` (aware)."""
        if instant.tzinfo is None:
            raise ValueError("the clock takes aware instants")
        self.instant = instant
