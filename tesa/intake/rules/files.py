"""The life of a file that comes in, and when a fetch that failed is tried again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class FileKind(StrEnum):
    """What a file is."""

    VOICEMAIL = "voicemail"
    RECORDING = "recording"


class FileState(StrEnum):
    """Where a file stands."""

    FETCHING = "fetching"  # it lies at the provider only
    KEPT = "kept"  # sealed here; the provider is being asked to delete it
    DELETED_AT_PROVIDER = "deleted_at_provider"  # sealed here and nowhere else
    FAILED = "failed"  # it could not be fetched; it is still there
    DESTROYED = "destroyed"  # its key is gone, and so is the provider's copy


PLAYABLE = frozenset({FileState.KEPT, FileState.DELETED_AT_PROVIDER})
DELAYS = (2, 5, 15, 60, 300, 900, 3600)
"""Seconds until the next try; a recording is often not ready when the call that made it has just ended."""
GIVE_UP_AFTER = timedelta(hours=24)
LEASE = timedelta(minutes=5)
"""How long one attempt may take, after which another process may begin anew."""


def next_try(tries: int, created_at: datetime, now: datetime) -> datetime | None:
    """When to try again after `tries` attempts; None when it is time for a person to look."""
    if now - created_at >= GIVE_UP_AFTER:
        return None
    return now + timedelta(seconds=DELAYS[min(tries, len(DELAYS)) - 1])
