"""A bounded memory for opened keys that forgets by itself."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

KEPT_KEYS = 4096
KEPT_SECONDS = 60.0  # see docs/adr/0002-sealing.md: shredding and retiring rely on no process remembering for longer


class KeyCache(Generic[K, V]):
    """The `size` entries used last, each for at most `seconds` after it was put in. Safe between threads.

    The age counts from the database's answer, not from the last use: a key that another process has shredded or
    replaced is looked up again within `seconds`, however often it is used here.
    """

    def __init__(
        self, size: int = KEPT_KEYS, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __repr__(self) -> str:
        return f"KeyCache({len(self._entries)} of {self._size})"

    def get(self, key: K) -> V | None:
        """What was put in under `key`, unless it is too old or was crowded out."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            until, value = entry
            if self._clock() >= until:
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Remember `value` from now on."""
        with self._lock:
            self._entries[key] = (self._clock() + self._seconds, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
