"""The export: claimed in one short transaction, written with no transaction open, settled in another."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select

from tesa.accounts.notices import tell
from tesa.continuity.document import Document, document
from tesa.continuity.models import FallbackPlace
from tesa.continuity.notices import EXPORT_FAILS, told
from tesa.continuity.places import Place, PlaceFailed, configured, places
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway
from tesa.telephony.inbound import settings

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=5)  # the time beside the document is renewed, and the document looked at
LOOK_EVERY = timedelta(minutes=1)  # whether another one would be right: a number has changed, an account has ended
LEASE = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=2)
TOLD_AFTER = timedelta(minutes=15)
NAMES = {"directory": "fallback_dir", "bucket": "fallback_bucket"}  # place: its setting


def wanted() -> list[str]:
    """The names of the places that are set."""
    conf = settings()
    return [name for name, setting in NAMES.items() if getattr(conf, setting) is not None]


def is_due(now: datetime) -> bool:
    """Is an export to any place due? Ends the read."""
    if not configured(settings()):
        return False
    due = dict(db.session.execute(select(FallbackPlace.place, FallbackPlace.due_at)).all())
    db.session.rollback()
    return any(name not in due or due[name] <= now for name in wanted())


def export_due(now: datetime, *, force: bool = False) -> dict[str, str]:
    """Export to every place that is due (`force`: to every place). By place: "" done, else a short code of the trouble."""
    found: dict[str, str] = {}
    for name in wanted():
        lease = _claim(name, now, force)
        if lease is None:
            continue
        made, trouble = _keep(name, now, force)
        if trouble:
            log.error("the fallback document could not be exported to the %s: %s", name, trouble)
        _settle(name, lease, made, trouble, now)
        found[name] = trouble
    return found


def _claim(name: str, now: datetime, force: bool) -> datetime | None:
    """Until when the export to this place is ours; None: not due, or somebody else has it."""
    with transaction():
        row = db.session.scalar(
            select(FallbackPlace).where(FallbackPlace.place == name).with_for_update(skip_locked=True)
        )
        if row is None:
            row = FallbackPlace(place=name, due_at=now, failures=0, error="")
            db.session.add(row)
        elif row.due_at > now and not force:
            return None
        row.due_at = now + LEASE
        db.session.flush()
        return row.due_at


def _keep(name: str, now: datetime, force: bool) -> tuple[Document | None, str]:
    """The document that stands there now, and "" or the trouble."""
    try:
        made = document(now)
        row = db.session.get(FallbackPlace, name, populate_existing=True)
        same = row is not None and row.digest == made.digest and row.failing_since is None
        fresh = row is not None and row.done_at is not None and now - row.done_at < EVERY
    except KeysAway:
        return None, "keys"
    finally:
        db.session.rollback()
    if same and fresh and not force:
        return made, ""
    try:
        place = next(place for place in places(settings()) if place.name == name)
        place.keep(made.body, made.digest, now)
    except PlaceFailed as failed:
        return made, str(failed)[:80]
    except Exception as error:  # whatever it is, the export goes on being tried, and somebody is told
        log.exception("the export to the %s broke off", name)
        return made, type(error).__name__
    _note_kept(place, made, now)
    return made, ""


def _note_kept(place: Place, made: Document, now: datetime) -> None:
    with transaction():
        row = db.session.get_one(FallbackPlace, place.name, populate_existing=True)
        row.changed_at = now if row.digest != made.digest else row.changed_at
        row.done_at, row.digest = now, made.digest


def _settle(name: str, lease: datetime, made: Document | None, trouble: str, now: datetime) -> None:
    with transaction():
        row = db.session.scalar(
            select(FallbackPlace)
            .where(FallbackPlace.place == name)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            return
        if trouble:
            row.failures, row.error = row.failures + 1, trouble
            row.failing_since = row.failing_since or now
            due = now + min(timedelta(seconds=15) * 2 ** min(row.failures - 1, 6), LONGEST_REST)
            if row.told_at is None and now - row.failing_since >= TOLD_AFTER:
                row.told_at = now
                tell(told(), EXPORT_FAILS, None, now, urgent=True)
        else:
            row.failures, row.error, row.failing_since, row.told_at = 0, "", None, None
            due = min(filter(None, (now + LOOK_EVERY, made.until if made else None)))
        if row.due_at == lease:  # else the rota has changed meanwhile, and it is due at once
            row.due_at = due
