"""What the worker calls: at night the rules are carried out, a few things at a time, and tombstones are looked after."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tesa.accounts.audit import record
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import BrokenTombstones, KeysAway
from tesa.core.vault.shredding import shred_again, write_missing
from tesa.retention.actions.shred_thing import shred_thing
from tesa.retention.backup.restore import finish
from tesa.retention.queries import ORDER, due, rules
from tesa.retention.rules.keeping import is_night
from tesa.telephony.inbound import settings

log = logging.getLogger(__name__)
AT_ONCE = 20  # things in one tick: callers' deadlines come first, and the night is long
LOOK_AGAIN = timedelta(minutes=30)


class Night:
    """Carries the rules out between two and five o'clock, local time.

    What is due stands in the rows, so a worker that dies loses nothing and the next one goes on. This remembers only
    when there is no need to look, and what failed, so that one broken row does not take every tick.
    """

    def __init__(self) -> None:
        self._quiet_until: datetime | None = None
        self._failed: set[uuid.UUID] = set()

    def __call__(self, now: datetime) -> datetime | None:
        """Destroy at most AT_ONCE things that are due, each in a transaction of its own."""
        if not is_night(now, self._zone()):
            self._quiet_until, self._failed = None, set()
            return None
        if self._quiet_until is not None and now < self._quiet_until:
            return None
        if self._some(now) == 0:
            self._quiet_until = now + LOOK_AGAIN
            tidy(now)
        return None

    def _zone(self) -> ZoneInfo:
        return settings().time_zone

    def _some(self, now: datetime) -> int:
        """How many were tried."""
        tried = 0
        for thing in ORDER:
            rule = rules()[thing]
            query = due(rule, now).limit(AT_ONCE - tried + len(self._failed))
            ids = [i for i in db.session.scalars(query) if i not in self._failed][: AT_ONCE - tried]
            db.session.rollback()
            for thing_id in ids:
                tried += 1
                try:
                    with transaction():
                        shred_thing(rule, thing_id, now)
                except Exception:
                    log.exception("%s %s could not be shredded", thing, thing_id)
                    self._failed.add(thing_id)
        return tried


def tidy(now: datetime) -> None:
    """Destroy keys that a shredding could not see yet, and write tombstones that the second place lacks."""
    with transaction():
        late = shred_again()
        if late:
            record(None, "key.shredded", "key", None, now, why="late", keys=late)
    try:
        written = write_missing()
        if written:
            log.warning("%d tombstones were missing in the second place", written)
    except (OSError, KeysAway, BrokenTombstones):
        log.exception("the tombstones could not be compared with the second place")
    finally:
        db.session.rollback()


class AfterRestoration:
    """Once in a process: if a restoration died before it could say so in the audit trail, say so now."""

    def __init__(self) -> None:
        self._looked = False

    def __call__(self, now: datetime) -> datetime | None:
        """Finish what was left; see backup/restore.py."""
        if not self._looked:
            finish(now)
            self._looked = True
        return None


JOBS = (("retention.restoration", AfterRestoration()), ("retention.night", Night()))
