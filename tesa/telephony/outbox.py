"""The outbox: what must be sent is written down in the same transaction as its cause, then sent.

An item holds a kind and the id of a row (`ref`). The slice that owns the kind registers how to compose the request
from that row, and what to write down when it is known how it ended. Each delivery takes a lease and a fencing number,
so that a process that was asleep cannot overwrite what a later one has found out. Three promises:

- REPEAT: staff must be reached. Sent at least once; after a crash between claim and answer at most once more.
- ONCE: a message to a caller. Never sent twice; if we do not know, a human is told (`unknown`).
- CONTROL: harmless to repeat (end a call, lead a call elsewhere); tried until Twilio has answered.

The session is given back before the network is used.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import Flask, current_app
from sqlalchemy import ColumnElement, and_, or_, select, update

from tesa.core import clock, failpoints
from tesa.core.db import db, new_id
from tesa.core.transactions import after_commit, transaction
from tesa.telephony.gateway import Gateway, Refused, Request, Unsure
from tesa.telephony.models import OutboxItem

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=15)
RETRY = (timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15))
THREADS = 8


class Promise(StrEnum):
    """What may happen when we do not know whether a request was carried out."""

    REPEAT = "repeat"
    ONCE = "once"
    CONTROL = "control"


MOST_TRIES = {Promise.REPEAT: 5, Promise.ONCE: 5, Promise.CONTROL: 8}
MOST_COPIES = {Promise.REPEAT: 2, Promise.ONCE: 1, Promise.CONTROL: 8}


@dataclass(frozen=True)
class Outcome:
    """How a delivery ended: `sent` (with `sid`), `failed` (with Twilio's `code`) or `unknown`."""

    state: str
    sid: str | None = None
    code: str | None = None


Compose = Callable[[uuid.UUID, datetime], Request | None]
Settle = Callable[[uuid.UUID, Outcome, datetime], None]


@dataclass(frozen=True)
class Kind:
    """One sort of item: how to compose it (None: no longer wanted), and what to write down at the end."""

    name: str
    compose: Compose
    settle: Settle
    promise: Promise


@dataclass(frozen=True)
class _Claim:
    item_id: uuid.UUID
    fence: int
    attempts: int
    kind: Kind
    ref: uuid.UUID
    request: Request


class Outbox:
    """The outbox of one process: its kinds, its gateway and its sender threads.

    `threads=False` leaves delivering to `deliver_due` alone, which stories call when they want it.
    """

    def __init__(self, app: Flask, gateway: Gateway, threads: bool = True) -> None:
        self.app = app
        self.gateway = gateway
        self.kinds: dict[str, Kind] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="outbox") if threads else None
        self._busy: set[uuid.UUID] = set()
        self._lock = threading.Lock()

    def register(self, name: str, compose: Compose, settle: Settle, promise: Promise) -> None:
        """Make `name` a kind of this outbox."""
        self.kinds[name] = Kind(name, compose, settle, promise)

    def enqueue(self, kind: str, ref: uuid.UUID, now: datetime, due_at: datetime | None = None) -> uuid.UUID:
        """Write an item down in the present transaction; tried right after commit unless `due_at` is later."""
        if kind not in self.kinds:
            raise KeyError(kind)
        item = OutboxItem(id=new_id(), kind=kind, ref=ref, due_at=due_at or now, created_at=now, state="due")
        db.session.add(item)
        item_id = item.id
        if item.due_at <= now:
            after_commit(lambda: self.kick(item_id))
        return item_id

    def kick(self, item_id: uuid.UUID) -> None:
        """Try one item now, in a sender thread (nothing when this process has none: the worker's sweep takes it)."""
        if self._pool is None:
            return
        with self._lock:
            if item_id in self._busy:
                return
            self._busy.add(item_id)
        self._pool.submit(self._deliver_in_thread, item_id)

    def _deliver_in_thread(self, item_id: uuid.UUID) -> None:
        try:
            with self.app.app_context():
                self.deliver(item_id, clock.now())
        except Exception:
            log.exception("outbox item %s: delivery broke off; the sweep takes it up again", item_id)
        finally:
            with self._lock:
                self._busy.discard(item_id)

    def due(self, now: datetime, limit: int = 200) -> list[uuid.UUID]:
        """Items to be tried now: due ones, and those whose sender died (lease over). Oldest first."""
        rows = db.session.scalars(select(OutboxItem.id).where(_open_at(now)).order_by(OutboxItem.due_at).limit(limit))
        ids = list(rows)
        db.session.rollback()
        return ids

    def deliver_due(self, now: datetime) -> int:
        """Sweep: hand all due items to the sender threads, or deliver them here when there are none. How many."""
        ids = self.due(now)
        for item_id in ids:
            if self._pool is None:
                self.deliver(item_id, now)
            else:
                self.kick(item_id)
        return len(ids)

    def deliver(self, item_id: uuid.UUID, now: datetime) -> None:
        """Claim, compose, send, settle one item. Does nothing if somebody else holds it."""
        claim = self._claim(item_id, now)
        if claim is None:
            return
        failpoints.reach("outbox-after-claim")
        retry: timedelta | None = None
        try:
            outcome = Outcome("sent", sid=self.gateway.perform(claim.request))
        except Refused as refused:
            outcome = Outcome("failed", code=refused.code)
            if refused.again is not None and claim.attempts < MOST_TRIES[claim.kind.promise]:
                retry = timedelta(seconds=refused.again)
        except Unsure as unsure:
            outcome = Outcome("unknown", code=str(unsure)[:20])
            if claim.attempts < MOST_COPIES[claim.kind.promise]:
                retry = RETRY[min(claim.attempts, len(RETRY)) - 1]
        failpoints.reach("outbox-after-send")
        self._settle(claim, outcome, retry, now)

    def _claim(self, item_id: uuid.UUID, now: datetime) -> _Claim | None:
        with transaction():
            item = db.session.scalar(
                select(OutboxItem).where(OutboxItem.id == item_id, _open_at(now)).with_for_update(skip_locked=True)
            )
            if item is None:
                return None
            sender_died = item.state == "sending"
            item.state, item.lease_until = "sending", now + LEASE
            item.fence, item.attempts = item.fence + 1, item.attempts + 1
            db.session.flush()
            kind = self.kinds[item.kind]
            if sender_died and item.attempts > MOST_COPIES[kind.promise]:
                outcome = Outcome("unknown", code="died")
                self._close(item_id, item.fence, outcome, now)
                kind.settle(item.ref, outcome, now)
                return None
            request = kind.compose(item.ref, now)
            if request is None:
                self._close(item_id, item.fence, Outcome("skipped"), now)
                return None
            return _Claim(item_id, item.fence, item.attempts, kind, item.ref, request)

    def _settle(self, claim: _Claim, outcome: Outcome, retry: timedelta | None, now: datetime) -> None:
        with transaction():
            if retry is not None:
                db.session.execute(
                    update(OutboxItem)
                    .where(OutboxItem.id == claim.item_id, OutboxItem.fence == claim.fence)
                    .values(state="due", due_at=now + retry, lease_until=None, error_code=outcome.code)
                )
                return
            end = Outcome("skipped", code=outcome.code) if self._came_too_late(claim, outcome, now) else outcome
            if self._close(claim.item_id, claim.fence, end, now):
                claim.kind.settle(claim.ref, outcome, now)
        if end.state in ("failed", "unknown"):
            log.warning("outbox %s %s: %s (%s)", claim.kind.name, claim.item_id, end.state, end.code)

    @staticmethod
    def _came_too_late(claim: _Claim, outcome: Outcome, now: datetime) -> bool:
        """A refused command that is no longer wanted, as we have learnt meanwhile: the race was lost, nothing failed."""
        late = outcome.state == "failed" and claim.kind.promise == Promise.CONTROL
        return late and claim.kind.compose(claim.ref, now) is None

    def _close(self, item_id: uuid.UUID, fence: int, outcome: Outcome, now: datetime) -> bool:
        """Write the end down; False if another sender has taken the item over meanwhile."""
        closed = db.session.execute(
            update(OutboxItem)
            .where(OutboxItem.id == item_id, OutboxItem.fence == fence, OutboxItem.state == "sending")
            .values(
                state=outcome.state, done_at=now, lease_until=None, provider_sid=outcome.sid, error_code=outcome.code
            )
            .returning(OutboxItem.id)
        )
        return closed.one_or_none() is not None


def _open_at(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(OutboxItem.state == "due", OutboxItem.due_at <= now),
        and_(OutboxItem.state == "sending", OutboxItem.lease_until < now),
    )


def outbox() -> Outbox:
    """The outbox of the running application."""
    box: Outbox = current_app.extensions["tesa_outbox"]
    return box


def enqueue(kind: str, ref: uuid.UUID, now: datetime, due_at: datetime | None = None) -> uuid.UUID:
    """See Outbox.enqueue."""
    return outbox().enqueue(kind, ref, now, due_at)


def next_due(now: datetime) -> datetime | None:
    """When the next item falls due, or None."""
    return db.session.scalar(
        select(OutboxItem.due_at).where(OutboxItem.state == "due").order_by(OutboxItem.due_at).limit(1)
    )
