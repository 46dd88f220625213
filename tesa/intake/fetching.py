"""Files are fetched from the provider by the worker, on threads of their own: a slow line must not hold up a ladder.

What is to be fetched stands in the rows. An attempt takes a lease and a fencing number; every chunk is written in a
transaction of its own that looks at the number. Whoever dies half-way leaves a file that the next attempt begins anew,
and only when the last chunk is written is the provider asked to delete its copy, in the same transaction.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import delete, select

from tesa.accounts.notices import holders, tell
from tesa.accounts.rules.roles import Role
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault.files import chunks_of
from tesa.intake import sealing
from tesa.intake.actions.destroy_file import DELETE_THERE
from tesa.intake.actions.log_event import log_event
from tesa.intake.file_models import SealedChunk, SealedFile
from tesa.intake.rules.files import LEASE, FileState, next_try
from tesa.telephony.media import Download, MediaSource, NotReady, NotWanted
from tesa.telephony.outbox import enqueue

log = logging.getLogger(__name__)
THREADS = 2
AT_ONCE = 20
NOT_FETCHED = "intake.file"
"""The notice of a file that could not be fetched."""


class Overtaken(Exception):
    """Another attempt has begun, or the file was destroyed."""


@dataclass(frozen=True)
class _Attempt:
    file_id: uuid.UUID
    fence: int
    url: str


class Fetcher:
    """Fetches the files of one process. Without `threads` a file is fetched where it is asked for."""

    def __init__(self, app: Flask, source: MediaSource, threads: bool = True) -> None:
        self.app = app
        self.source = source
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="files") if threads else None
        self._busy: set[uuid.UUID] = set()
        self._lock = threading.Lock()

    def fetch_due(self, now: datetime) -> None:
        """Fetch what is due, or hand it to the threads."""
        due = select(SealedFile.id).where(SealedFile.next_try_at <= now, SealedFile.state == FileState.FETCHING)
        ids = db.session.scalars(due.order_by(SealedFile.next_try_at).limit(AT_ONCE)).all()
        db.session.rollback()
        for file_id in ids:
            if self._pool is None:
                self.fetch(file_id, now)
            else:
                self._hand_over(file_id)

    def _hand_over(self, file_id: uuid.UUID) -> None:
        with self._lock:
            if file_id in self._busy or self._pool is None:
                return
            self._busy.add(file_id)
        self._pool.submit(self._fetch_in_thread, file_id)

    def _fetch_in_thread(self, file_id: uuid.UUID) -> None:
        try:
            with self.app.app_context():
                self.fetch(file_id, clock.now())
        except Exception:
            log.exception("file %s could not be fetched", file_id)
        finally:
            with self._lock:
                self._busy.discard(file_id)

    def fetch(self, file_id: uuid.UUID, now: datetime) -> None:
        """One attempt. Does nothing if somebody else has it or it is not due."""
        attempt = _begin(file_id, now)
        if attempt is None:
            return
        try:
            with self.source.fetch(attempt.url) as download:
                _keep(attempt, download, now)
        except Overtaken:
            log.info("file %s: another attempt goes on", file_id)
        except NotReady as news:
            _put_off(attempt, str(news), now)
        except NotWanted as news:
            _give_up(attempt, str(news), now)


def fetcher() -> Fetcher:
    """The fetcher of the running application."""
    found: Fetcher = current_app.extensions["tesa_fetcher"]
    return found


def _begin(file_id: uuid.UUID, now: datetime) -> _Attempt | None:
    with transaction():
        due = select(SealedFile).where(
            SealedFile.id == file_id, SealedFile.next_try_at <= now, SealedFile.state == FileState.FETCHING
        )
        file = db.session.scalar(due.with_for_update(skip_locked=True))
        if file is None or file.reference_sealed is None:
            return None
        file.tries, file.fence, file.next_try_at = file.tries + 1, file.fence + 1, now + LEASE
        db.session.execute(delete(SealedChunk).where(SealedChunk.file_id == file_id))
        return _Attempt(file_id, file.fence, sealing.open_reference(file_id, file.reference_sealed))


def _held(attempt: _Attempt) -> SealedFile:
    """The file, locked. Raises Overtaken when this attempt may write no more."""
    file = db.session.scalar(select(SealedFile).where(SealedFile.id == attempt.file_id).with_for_update())
    if file is None or file.fence != attempt.fence or file.state != FileState.FETCHING:
        raise Overtaken
    return file


def _keep(attempt: _Attempt, download: Download, now: datetime) -> None:
    size = 0
    for number, last, content in chunks_of(_not_empty(download.parts)):
        size += len(content)
        with transaction():
            file = _held(attempt)
            blob = sealing.seal_chunk(file.id, number, content, last=last)
            db.session.add(SealedChunk(id=new_id(), file_id=file.id, number=number, last=last, body_sealed=blob))
            if last:
                file.state, file.kept_at, file.next_try_at, file.error = FileState.KEPT, now, None, None
                file.content_type, file.size, file.chunks = download.content_type, size, number + 1
                log_event(file.contact_id, f"{file.kind}_kept", now)
                enqueue(DELETE_THERE, file.id, now)


def _not_empty(parts: Iterable[bytes]) -> Iterable[bytes]:
    there = False
    for part in parts:
        there = there or bool(part)
        yield part
    if not there:
        raise NotReady("empty")


def _put_off(attempt: _Attempt, code: str, now: datetime) -> None:
    with transaction():
        file = _held(attempt)
        again = next_try(file.tries, file.created_at, now)
        if again is None:
            _fail(file, code, now)
        else:
            file.next_try_at, file.error = again, code[:20]


def _give_up(attempt: _Attempt, code: str, now: datetime) -> None:
    with transaction():
        _fail(_held(attempt), code, now)


def _fail(file: SealedFile, code: str, now: datetime) -> None:
    """It stays at the provider, and coordinators learn of it."""
    log.error("file %s could not be fetched: %s", file.id, code)
    file.state, file.error, file.next_try_at = FileState.FAILED, code[:20], None
    tell(holders(Role.COORDINATOR), NOT_FETCHED, file.contact_id, now)
