"""What providers that ask a service over the network have in common."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from tesa.core.vault.errors import KeysAway

log = logging.getLogger(__name__)
T = TypeVar("T")

CONNECT_SECONDS, READ_SECONDS = 1.0, 3.0
REST_SECONDS = 5.0


class Rest:
    """Does not ask a service again for REST_SECONDS after it failed to answer.

    A caller's request may want several keys, and Twilio waits fifteen seconds in all: a time-out is paid once, and then
    what comes in is stored without asking.
    """

    def __init__(self, seconds: float = REST_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._until = float("-inf")

    def ask(self, call: Callable[[], T]) -> T:
        """What `call` gives. Raises KeysAway when it does, or did so within the last seconds."""
        if self._clock() < self._until:
            raise KeysAway("the key service did not answer a moment ago")
        try:
            return call()
        except KeysAway as away:
            self._until = self._clock() + self._seconds
            log.warning("the key service does not answer: %s", away)
            raise
