"""Logs: one JSON object a line, ids and codes only, never a caller's words or number.

Control characters are escaped by JSON itself, so a forged line break stays inside its value.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback

_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON line; whatever looks like a telephone number is blotted out."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "where": record.name,
            "what": _NUMBER.sub("•", record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            # Type and places only: the text of an exception may quote what a caller wrote.
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            entry["error"] = record.exc_info[0].__name__
            entry["trace"] = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames))
        return json.dumps(entry, ensure_ascii=True)


def set_up(level: int = logging.INFO) -> None:
    """Send all logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for quiet in ("apscheduler", "alembic", "twilio", "urllib3", "werkzeug"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
