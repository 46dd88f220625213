"""The clockwork: APScheduler ticks once a second over rows that carry their own deadlines.

APScheduler holds no deadline itself (memory store, one interval job): what is due stands in the database, so a worker
that dies loses nothing and any number of them may run on PostgreSQL. Between two ticks the present one waits for
deadlines that fall due before the next, so that a step is at most some milliseconds late.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import select

from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.telephony import outbox
from tesa.telephony.models import Heartbeat

log = logging.getLogger(__name__)
Job = Callable[[datetime], datetime | None]
EVERY = timedelta(seconds=1)
BEAT_EVERY = timedelta(seconds=5)


def sweep_outbox(now: datetime) -> datetime | None:
    """Hand due outbox items to the senders."""
    outbox.outbox().deliver_due(now)
    soonest = outbox.next_due(now)
    db.session.rollback()
    return soonest


def beat(name: str, now: datetime) -> None:
    """Write down that `name` is alive, at most every BEAT_EVERY."""
    last = db.session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))
    db.session.rollback()
    if last is None or now - last >= BEAT_EVERY or last > now:
        with transaction():
            db.session.merge(Heartbeat(name=name, at=now))


class Clockwork:
    """Runs the jobs of an application until it is stopped."""

    def __init__(self, app: Flask, jobs: Sequence[tuple[str, Job]]) -> None:
        self.app = app
        self.jobs = tuple(jobs)
        self.stopping = threading.Event()

    def tick(self) -> None:
        """One second of work: everything due now, then whatever falls due before the next tick."""
        end = clock.now() + EVERY * 0.9
        while not self.stopping.is_set():
            soonest = self.run_jobs(clock.now())
            now = clock.now()
            # What is due and stays due (held by another worker, or broken) waits for the next tick: no spinning.
            if soonest is None or soonest <= now or soonest >= end:
                return
            self.stopping.wait((soonest - now).total_seconds())

    def run_jobs(self, now: datetime) -> datetime | None:
        """Run each job once; the soonest deadline any of them knows of. A broken job does not stop the others."""
        soonest: datetime | None = None
        with self.app.app_context():
            for name, job in self.jobs:
                try:
                    due = job(now)
                except Exception:
                    log.exception("job %s failed", name)
                    db.session.rollback()
                    continue
                if due is not None and (soonest is None or due < soonest):
                    soonest = due
            try:
                beat("worker", now)
            except Exception:
                log.exception("the heartbeat could not be written")
                db.session.rollback()
        return soonest

    def run(self) -> None:
        """Tick until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        scheduler = BackgroundScheduler(timezone="UTC")
        scheduler.add_job(
            self.tick,
            "interval",
            seconds=EVERY.total_seconds(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        scheduler.start()
        log.info("the worker ticks")
        self.stopping.wait()
        scheduler.shutdown(wait=True)
        log.info("the worker has stopped")
