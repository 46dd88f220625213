"""The live log of the practice line: the last few hundred things that happened, numbered."""

import logging
import threading
from collections import deque
from dataclasses import dataclass

from tesa.telephony.practice import sids

KEPT = 400
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `kind` is call | webhook | rest | message | error; `text` is Indonesian · English."""

    number: int
    at: str
    kind: str
    text: str
    code: int | None


class Journal:
    """A bounded log that many threads may write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0
        self._errors: deque[Entry] = deque(maxlen=KEPT)

    def write(self, kind: str, text: str, code: int | None = None) -> None:
        """Add a line. `code` is Twilio's debugger code where the line tells of a fault."""
        with self._lock:
            self._count += 1
            entry = Entry(self._count, sids.now().isoformat(timespec="milliseconds"), kind, text[:400], code)
            self._entries.append(entry)
            if kind == "error":
                self._errors.append(entry)

    def fault(self, code: int, text: str) -> None:
        """Add a line about something Twilio's debugger would show, with its code."""
        self.write("error", f"{code}: {text}", code)

    def crash(self, where: str) -> None:
        """Add a line about an unexpected exception (call it from an `except` block)."""
        _log.exception("practice line: %s", where)
        self.write("error", f"kesalahan dalam jalur latihan · fault in the practice line: {where}", 0)

    def since(self, number: int) -> list[Entry]:
        """The lines kept whose number is greater than `number`, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number]

    def errors(self) -> list[Entry]:
        """The faults kept, oldest first."""
        with self._lock:
            return list(self._errors)
