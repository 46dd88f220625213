"""What the worker calls: the export in a thread of its own, and the tests of the line."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from flask import Flask, current_app

from tesa.continuity.actions.follow_self_call import follow_self_call
from tesa.continuity.actions.start_self_call import start_self_call
from tesa.continuity.exporting import export_due, is_due
from tesa.continuity.queries import last_test
from tesa.continuity.rules import self_call
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import Conflict
from tesa.core.transactions import transaction
from tesa.telephony.inbound import settings

log = logging.getLogger(__name__)


class Exporting:
    """Exports what is due without holding up the ladder: a bucket may take seconds to answer."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def __call__(self, now: datetime) -> datetime | None:
        """Begin an export if one is due and none runs."""
        if (self._thread is None or not self._thread.is_alive()) and is_due(now):
            app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
            self._thread = threading.Thread(target=_export, args=(app,), name="fallback export", daemon=True)
            self._thread.start()
        return None

    def wait(self) -> None:
        """Until the present export is over."""
        if self._thread is not None:
            self._thread.join()


def _export(app: Flask) -> None:
    with app.app_context():
        try:
            export_due(clock.now())
        except Exception:
            log.exception("the export of the fallback document broke off")
        finally:
            db.session.remove()


def prove_line(now: datetime) -> datetime | None:
    """Follow the running test, or begin the daily one when it is due."""
    conf = settings()
    last = last_test()
    running = last is not None and last.outcome == self_call.Outcome.RUNNING
    past = self_call.Past(last.started_at, last.outcome) if last is not None else None
    db.session.rollback()
    if running:
        with transaction():
            follow_self_call(now)
    elif conf.self_call_number and self_call.is_due(past, now, conf.self_call_at, conf.time_zone):
        try:
            with transaction():
                start_self_call("daily", None, now)
        except Conflict:
            log.info("another worker has begun the test of the line")
    return None


JOBS = (("continuity.export", Exporting()), ("continuity.test", prove_line))
